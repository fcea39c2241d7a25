"""Addresses under /site/."""

from __future__ import annotations

from django.urls import path

from evidence.web import certified
from evidence.web.site import devices, records, shell, sync

urlpatterns = [
    path("", shell.site, name="site"),
    path("worker.js", shell.worker, name="site-worker"),
    path("manifest.webmanifest", shell.manifest, name="site-manifest"),
    path("words.json", shell.words, name="site-words"),
    path("bundle.json", shell.bundle, name="site-bundle"),
    path("photographs/<str:digest>/", sync.photograph, name="site-photograph"),
    path("pictures/<str:digest>/", shell.picture, name="site-picture"),
    path("visits/", sync.visit, name="site-visit"),
    path("records/", records.issue, name="site-records"),
    path("records/<str:number>/", records.record, name="site-record"),
    path("device/", devices.device, name="site-device"),
    path("trust/", certified.trust, name="site-trust"),
    path("root.crt", certified.root_certificate, name="site-root"),
]
