"""Log-in through an organisation's own service (OpenID Connect, SAML): who is let in, and as whom."""

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.saml.provider import SAMLProvider


class NonceProvider(OpenIDConnectProvider):  # type: ignore[misc]  # allauth has no types
    pass


class OnceProvider(SAMLProvider):  # type: ignore[misc]
    pass


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    pass
