"""Django's settings for one workspace's desk, made in code: there is no settings file to edit wrongly.

Everything is served from this machine; the content security policy allows nothing else. The SQLite
file holds accounts, sessions and drafts; deleting it loses no evidence.
"""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from evidence.web.host import Host

SESSION_HOURS = 12

_PARTS: dict[str, Any] = {
    "ROOT_URLCONF": "evidence.web.urls",
    "INSTALLED_APPS": [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "axes",
        "csp",
        "django_htmx",
        "evidence.web",
    ],
    "MIDDLEWARE": [
        "evidence.web.behind_proxy.proxy_middleware",
        "django.middleware.security.SecurityMiddleware",
        "evidence.web.compression.TextCompression",
        "whitenoise.middleware.WhiteNoiseMiddleware",
        "csp.middleware.CSPMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "django_htmx.middleware.HtmxMiddleware",
        "evidence.web.middleware.desk_middleware",
        "evidence.web.own_password.own_password_first",
        "axes.middleware.AxesMiddleware",
    ],
}
"""What the desk is made of; middleware is asked in this order, and answers in the reverse."""
_TEMPLATES: dict[str, Any] = {
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent / "templates"],
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                    "evidence.web.middleware.desk_context",
                ],
                "builtins": ["evidence.web.templatetags.desk"],
            },
        }
    ],
}
_SIGNING_IN: dict[str, Any] = {
    "AUTHENTICATION_BACKENDS": [
        "axes.backends.AxesStandaloneBackend",
        "django.contrib.auth.backends.ModelBackend",
    ],
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
    "AUTH_PASSWORD_VALIDATORS": [
        {
            "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
            "OPTIONS": {"min_length": 10},
        },
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
        {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    ],
    "LOGIN_URL": "login",
    "LOGIN_REDIRECT_URL": "today",
    "LOGOUT_REDIRECT_URL": "login",
    "AXES_FAILURE_LIMIT": 5,
    "AXES_COOLOFF_TIME": timedelta(minutes=15),
    "AXES_LOCKOUT_PARAMETERS": [["username", "ip_address"]],
    "AXES_HTTP_RESPONSE_CODE": 429,
    "AXES_LOCKOUT_TEMPLATE": "desk/locked.html",
    "AXES_RESET_ON_SUCCESS": True,
    "AXES_VERBOSE": False,
    "AXES_SENSITIVE_PARAMETERS": ["username", "ip_address", "code", "state"],
}
"""Who comes in: ten characters that are no common password; five guesses in a quarter of an hour."""
_POLICY: dict[str, Any] = {
    "CONTENT_SECURITY_POLICY": {
        "DIRECTIVES": {
            "default-src": ["'none'"],
            "script-src": ["'self'"],
            "style-src": ["'self'"],
            "img-src": ["'self'"],
            "media-src": ["'self'"],
            "connect-src": ["'self'"],
            "form-action": ["'self'"],
            "frame-ancestors": ["'none'"],
            "base-uri": ["'none'"],
        }
    },
}
"""Nothing is fetched from anywhere but this machine, and nobody may frame a page."""
_FILES_SERVED: dict[str, Any] = {
    "STATIC_URL": "/static/",
    "STATICFILES_FINDERS": ["django.contrib.staticfiles.finders.AppDirectoriesFinder"],
    "WHITENOISE_USE_FINDERS": True,
    "WHITENOISE_MAX_AGE": 3600,
}


def configure(host: Host, *, names: tuple[str, ...]) -> None:
    """Configure Django for this process and bring the accounts file up to date.

    Args:
        host: the desk.
        names: host names and addresses it answers to.
    """
    import django
    from django.conf import settings

    folder = host.workspace.root / "desk"
    folder.mkdir(mode=0o700, exist_ok=True)
    if not settings.configured:
        settings.configure(**_settings(host, folder, names))
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        (folder / "desk.sqlite3").chmod(0o600)


def _settings(host: Host, folder: Path, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "DESK_HOST": host,
        "DEBUG": False,
        "SECRET_KEY": _secret(folder / "secret"),
        "ALLOWED_HOSTS": list(names),
        **_behind(host.proxy),
        **_PARTS,
        **_TEMPLATES,
        **_accounts_file(folder / "desk.sqlite3"),
        **_SIGNING_IN,
        **_sessions(secure=host.secure),
        **_POLICY,
        **_FILES_SERVED,
        **_uploads(folder),
        "USE_TZ": True,
        "TIME_ZONE": "Asia/Shanghai",
        "LANGUAGE_CODE": "zh-hans",
        "USE_I18N": True,
        "LOGGING_CONFIG": None,
    }


def _accounts_file(path: Path) -> dict[str, Any]:
    """Accounts, sessions and drafts: SQLite, whose writers wait for each other."""
    return {
        "DATABASES": {
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": path,
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 10,
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
                },
            }
        },
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    }


def _sessions(*, secure: bool) -> dict[str, Any]:
    """Sign-ins that end with the browser or the working day, and what a browser may do with the pages.

    Args:
        secure: whether browsers come by TLS only.
    """
    return {
        "SESSION_COOKIE_AGE": SESSION_HOURS * 3600,
        "SESSION_COOKIE_NAME": "desk_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_COOKIE_SECURE": secure,
        "CSRF_FAILURE_VIEW": "evidence.web.session.csrf_failure",
        "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_HSTS_SECONDS": 31_536_000 if secure else 0,
        "X_FRAME_OPTIONS": "DENY",
    }


def _uploads(folder: Path) -> dict[str, Any]:
    """How much one form may bring."""
    return {
        "FILE_UPLOAD_TEMP_DIR": str(folder),
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 4 * 1024 * 1024,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 2_000,
        "DATA_UPLOAD_MAX_NUMBER_FILES": 200,
    }


def _behind(proxy: str) -> dict[str, Any]:
    """What a TLS proxy in front changes: it alone says who asks and that he asked by TLS."""
    if not proxy:
        return {}
    return {
        "CSRF_TRUSTED_ORIGINS": [f"https://{proxy}"],
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "AXES_CLIENT_IP_CALLABLE": "evidence.web.configuration.asked_by",
    }


def asked_by(request: Any) -> str:
    """Whose failed log-ins are counted: the address the proxy itself added, not what a browser claims."""
    hops = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    return hops[-1].strip() or str(request.META.get("REMOTE_ADDR", ""))


def _secret(path: Path) -> str:
    """The signing key of sessions: made once, readable by this system account only."""
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
        return path.read_text(encoding="ascii")
