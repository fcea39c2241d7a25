"""Addresses of the desk."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.views.decorators.http import require_safe

from evidence.web import (
    auditor,
    cases,
    entry,
    files,
    footage,
    friday,
    inbox,
    issuing,
    monitoring,
    numbers,
    plan,
    registers,
    search_page,
    session,
    take_back,
    today,
)
from evidence.web.lists import acts as list_acts
from evidence.web.lists import enterprise, roster
from evidence.web.lists import pages as list_pages


def _for_programs() -> list[Any]:
    """`/api/`, where the extra `[api]` is installed; a workspace switches it on."""
    if find_spec("ninja") is None:
        return []
    from evidence.web.api.endpoints import api

    return [path("api/", api.urls)]


_LISTS = [
    path("lists/<slug:name>/", list_pages.listed, name="list"),
    path("lists/<slug:name>/export/", list_pages.exported, name="list-export"),
    path("lists/<slug:name>/views/", list_pages.keep_view, name="list-view"),
    path("lists/<slug:name>/act/", list_acts.act, name="list-act"),
    path("enterprises/<str:identifier>/", enterprise.enterprise, name="enterprise"),
    path("roster/", roster.roster, name="roster"),
    path("roster/empty/", roster.empty, name="roster-empty"),
    path("roster/enter/", roster.enter, name="roster-enter"),
    path("search/", search_page.search, name="search"),
    path("rates/", enterprise.rates, name="rates"),
]

urlpatterns = [
    *_LISTS,
    *_for_programs(),
    path("healthz", require_safe(monitoring.healthz), name="healthz"),
    path("readyz", require_safe(monitoring.readyz), name="readyz"),
    path("metrics", require_safe(monitoring.metrics), name="metrics"),
    path("site/", include("evidence.web.site.urls")),
    path("", today.today, name="today"),
    path("live/", today.live, name="live"),
    path("cell/<str:week>/<str:case>/<slug:column>/", today.cell, name="cell"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/upload/", inbox.upload, name="upload"),
    path("inbox/suggest/", inbox.suggest, name="suggest"),
    path("inbox/<str:identifier>/", inbox.arrival, name="arrival"),
    path("inbox/<str:identifier>/decide/", inbox.decide, name="decide"),
    path("cases/", cases.cases, name="cases"),
    path("cases/open/", entry.open_case, name="open-case"),
    path("cases/companies/", entry.companies, name="companies"),
    path("cases/<str:identifier>/write/<str:kind>/", entry.write, name="write"),
    path("cases/<str:identifier>/write/<str:kind>/draft/", entry.draft, name="draft"),
    path("cases/<str:identifier>/write/<str:kind>/enter/", entry.enter, name="enter"),
    path("cases/<str:identifier>/issue/", issuing.forms, name="forms"),
    path("cases/<str:identifier>/issue/<slug:form>/", issuing.issue, name="issue"),
    path("cases/<str:identifier>/", cases.case, name="case"),
    path("documents/<str:number>/", cases.document, name="document"),
    path("documents/<str:number>/mark/", inbox.mark, name="mark"),
    path("documents/<str:number>/transcribe/", take_back.transcribe, name="transcribe"),
    path("visits/<str:identifier>/withdraw/", take_back.withdraw_visit, name="withdraw-visit"),
    path("cases/<str:identifier>/cancel/", take_back.cancel_case, name="cancel-case"),
    path("registers/<slug:identifier>/withdraw/", take_back.withdraw_entry, name="withdraw-entry"),
    path("documents/<str:number>/withdraw/", issuing.withdraw, name="withdraw"),
    path("print/", files.print_forms, name="print-forms"),
    path("documents/<str:number>/form.pdf", files.form_pdf, name="form-pdf"),
    path("pictures/<str:digest>/", files.picture, name="picture"),
    path("footage/<str:digest>/", footage.watch, name="watch"),
    path("photographs/<str:digest>/", files.photograph, name="photograph"),
    path("originals/<str:digest>/", files.original, name="original"),
    path("friday/", friday.friday, name="friday"),
    path("friday/waive/", friday.waive, name="waive"),
    path("friday/build/", friday.build, name="build"),
    path("jobs/<str:identifier>/", friday.job, name="job"),
    path("packages/<str:name>/", files.package, name="package"),
    path("plan/", plan.plan, name="plan"),
    path("plan/file/", plan.file, name="file-plan"),
    path("plan/forms/", plan.day_forms, name="day-forms"),
    path("registers/", registers.registers, name="registers"),
    path("registers/<slug:identifier>/", registers.register, name="register"),
    path("registers/<slug:identifier>/enter/", registers.enter, name="enter-register"),
    path("numbers/", numbers.numbers, name="numbers"),
    path("auditor/", auditor.auditor, name="auditor"),
    path("auditor/report/<slug:token>/", auditor.verdict_pdf, name="verdict-pdf"),
    path("login/", LoginView.as_view(template_name="desk/login.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("setup/<str:key>/", session.setup, name="setup"),
    path("accounts/", session.accounts, name="accounts"),
    path("language/", session.language, name="language"),
]

handler400 = "evidence.web.problems.bad_request"
handler403 = "evidence.web.problems.forbidden"
handler404 = "evidence.web.problems.not_found"
handler500 = "evidence.web.problems.broken"
