from django.urls import path

from ringar.core.views import (
    account,
    audit,
    guide,
    imports,
    invitations,
    log_in_services,
    my_data,
    pages,
    people,
    saml,
    style,
    units,
)

urlpatterns = [
    path("tillganglighet/", pages.accessibility, name="accessibility"),
    path("stil/", style.style_guide, name="style_guide"),
    path("halsa/", pages.health, name="health"),
    path("granskning/", audit.audit_list, name="audit_list"),
    path("granskning/lista.csv", audit.audit_csv, name="audit_csv"),
    path("importera/", imports.import_start, name="import_start"),
    path("importera/<slug:kind>/", imports.import_check, name="import_check"),
    path("konto/", account.my_account, name="my_account"),
    # Before allauth's own of the same name.
    path("konto/saml/<slug:organization_slug>/acs/finish/", saml.saml_finish, name="saml_finish_acs"),
    path("konto/saml/<slug:organization_slug>/sls/", saml.saml_log_out, name="saml_sls"),
    path("organisation/inloggning/", log_in_services.log_in_service_list, name="log_in_service_list"),
    path(
        "organisation/inloggning/ny/<slug:protocol>/",
        log_in_services.log_in_service_new,
        name="log_in_service_new",
    ),
    path(
        "organisation/inloggning/<uuid:uuid>/",
        log_in_services.log_in_service_edit,
        name="log_in_service_edit",
    ),
    path(
        "organisation/inloggning/<uuid:uuid>/prova/",
        log_in_services.log_in_service_try,
        name="log_in_service_try",
    ),
    path(
        "organisation/inloggning/<uuid:uuid>/ta-bort/",
        log_in_services.log_in_service_remove,
        name="log_in_service_remove",
    ),
    path("kom-igang/", guide.guide, name="guide"),
    path("mina-organisationer/", guide.my_organisations, name="my_organisations"),
    path("mina-uppgifter/", my_data.my_data, name="my_data"),
    path("mina-uppgifter/fil/", my_data.my_data_file, name="my_data_file"),
    path("mina-uppgifter/radera/", my_data.my_erasure, name="my_erasure"),
    path("personer/", people.people_list, name="people_list"),
    path("personer/fil/", people.people_file, name="people_file"),
    path("personer/<uuid:uuid>/", people.person_detail, name="person_detail"),
    path("personer/<uuid:uuid>/roll/", people.role_give, name="role_give"),
    path("personer/<uuid:uuid>/ta-roll/", people.role_take, name="role_take"),
    path("personer/<uuid:uuid>/sparr/", people.person_lock, name="person_lock"),
    path("personer/<uuid:uuid>/skydd/", people.person_protect, name="person_protect"),
    path("personer/<uuid:uuid>/radera/", my_data.person_erase, name="person_erase"),
    path("inbjudningar/", invitations.invitation_list, name="invitation_list"),
    path("inbjudningar/ny/", invitations.invitation_new, name="invitation_new"),
    path("inbjudningar/<uuid:uuid>/igen/", invitations.invitation_resend, name="invitation_resend"),
    path(
        "inbjudningar/<uuid:uuid>/dra-tillbaka/", invitations.invitation_withdraw, name="invitation_withdraw"
    ),
    path("inbjudan/<str:token>/", invitations.invitation_answer, name="invitation_answer"),
    path("enheter/", units.unit_list, name="unit_list"),
    path("enheter/<uuid:uuid>/", units.unit_edit, name="unit_edit"),
]
