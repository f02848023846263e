from django.urls import path

from ringar.talk.views import answers, comments, files, moderation, notices, threads

urlpatterns = [
    path("samtal/kommentar/<uuid:uuid>/", comments.comment_detail, name="comment_detail"),
    path("samtal/kommentar/<uuid:uuid>/andra/", comments.comment_edit, name="comment_edit"),
    path("samtal/kommentar/<uuid:uuid>/ta-tillbaka/", comments.comment_take_back, name="comment_take_back"),
    path("samtal/kommentar/<uuid:uuid>/till-hjalp/", comments.comment_react, name="comment_react"),
    path("samtal/kommentar/<uuid:uuid>/anmal/", moderation.comment_report, name="comment_report"),
    path("samtal/kommentar/<uuid:uuid>/dolj/", moderation.comment_hide, name="comment_hide"),
    path("samtal/kommentar/<uuid:uuid>/visa/", moderation.comment_show, name="comment_show"),
    path("samtal/kommentar/<uuid:uuid>/prova-igen/", moderation.comment_object, name="comment_object"),
    path("samtal/<slug:kind>/<uuid:uuid>/", threads.talk_thread, name="talk_thread"),
    path("samtal/<slug:kind>/<uuid:uuid>/folj/", threads.row_follow, name="row_follow"),
    path("samtal/<slug:kind>/<uuid:uuid>/anmal-sidan/", moderation.row_report, name="row_report"),
    path("aviseringar/", notices.notification_list, name="notification_list"),
    path("aviseringar/lista.csv", files.notification_csv, name="notification_csv"),
    path("aviseringar/lasta/", notices.notification_read, name="notification_read"),
    path("aviseringar/installningar/", notices.notification_settings, name="notification_settings"),
    path("aviseringar/avsluta/<str:token>/", notices.unsubscribe_page, name="unsubscribe"),
    path("aviseringar/<uuid:uuid>/", notices.notification_open, name="notification_open"),
    path("moderering/", moderation.moderation_queue, name="moderation_queue"),
    path("moderering/logg/", moderation.moderation_log, name="moderation_log"),
    path("moderering/logg/lista.csv", files.moderation_log_csv, name="moderation_log_csv"),
    path("moderering/<uuid:uuid>/lat-vara/", moderation.report_keep, name="report_keep"),
    path("svarsmallar/", answers.template_list, name="template_list"),
    path("svarsmallar/ny/", answers.template_new, name="template_new"),
    path("svarsmallar/<uuid:uuid>/", answers.template_edit, name="template_edit"),
    path("svarsmallar/<uuid:uuid>/ta-bort/", answers.template_remove, name="template_remove"),
    path("svara/<slug:kind>/", answers.answer_many, name="answer_many"),
]
