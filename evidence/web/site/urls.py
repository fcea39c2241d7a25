"""Addresses under /site/."""

from __future__ import annotations

from django.urls import path

from evidence.web.site import shell, sync

urlpatterns = [
    path("", shell.site, name="site"),
    path("worker.js", shell.worker, name="site-worker"),
    path("manifest.webmanifest", shell.manifest, name="site-manifest"),
    path("words.json", shell.words, name="site-words"),
    path("bundle.json", shell.bundle, name="site-bundle"),
    path("photographs/<str:digest>/", sync.photograph, name="site-photograph"),
    path("visits/", sync.visit, name="site-visit"),
]
