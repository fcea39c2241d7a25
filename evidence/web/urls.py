"""Addresses of the desk."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.decorators.http import require_safe

from evidence.web import (
    accounts_page,
    activity,
    agency_signing_in,
    auditor,
    campaign,
    cases,
    credentials_shown,
    deed,
    entry,
    files,
    footage,
    friday,
    inbox,
    issuing,
    monitoring,
    numbers,
    originals_shown,
    own_account,
    plan,
    registers,
    reporting,
    search_page,
    session,
    settling,
    signing_in,
    take_back,
    today,
    uploads,
)
from evidence.web.host import current
from evidence.web.lists import acts as list_acts
from evidence.web.lists import enterprise, roster
from evidence.web.lists import pages as list_pages
from evidence.web.notices import page as notices
from evidence.web.site import choosing


def _for_programs() -> list[Any]:
    """`/api/`, where the extra `[api]` is installed and the workspace had it switched on at the start."""
    if find_spec("ninja") is None or not current().workspace.settings.api.enabled:
        return []  # its modules are a quarter of what the first page waits for
    from evidence.web.api.endpoints import api

    return [path("api/", api.urls)]


_LISTS = [
    path("lists/<slug:name>/", list_pages.listed, name="list"),
    path("lists/<slug:name>/export/", list_pages.exported, name="list-export"),
    path("lists/<slug:name>/views/", list_pages.keep_view, name="list-view"),
    path("lists/<slug:name>/act/", list_acts.act, name="list-act"),
    path("enterprises/<str:identifier>/", enterprise.enterprise, name="enterprise"),
    path("enterprises/<str:identifier>/one-page.pdf", enterprise.one_page, name="one-page"),
    path("campaigns/<str:identifier>/", campaign.campaign, name="campaign"),
    path("campaigns/<str:identifier>/export/", campaign.exported, name="campaign-export"),
    path("campaigns/<str:identifier>/act/", campaign.act, name="campaign-act"),
    path("campaigns/<str:identifier>/summary/", campaign.summary, name="campaign-summary"),
    path("campaigns/<str:identifier>/pack/", campaign.make_pack, name="make-campaign-pack"),
    path("campaigns/<str:identifier>/pack/file/", campaign.pack, name="campaign-pack"),
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
    path("deeds/<slug:key>/", deed.deed, name="deed"),
    path("deeds/<slug:key>/next/", deed.following, name="following"),
    path("cell/<str:week>/<str:case>/<slug:column>/", today.cell, name="cell"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/upload/", inbox.upload, name="upload"),
    path("inbox/uploads/<str:key>/", uploads.part, name="upload-part"),
    path("inbox/uploads/<str:key>/drop/", uploads.drop, name="drop-upload"),
    path("inbox/suggest/", inbox.suggest, name="suggest"),
    path("inbox/<str:identifier>/", inbox.arrival, name="arrival"),
    path("inbox/<str:identifier>/decide/", inbox.decide, name="decide"),
    path("cases/", cases.cases, name="cases"),
    path("cases/open/", entry.open_case, name="open-case"),
    path("cases/companies/", entry.companies, name="companies"),
    path("cases/<str:identifier>/write/<str:kind>/", entry.write, name="write"),
    path("cases/<str:identifier>/write/<str:kind>/draft/", entry.draft, name="draft"),
    path("cases/<str:identifier>/write/<str:kind>/enter/", entry.enter, name="enter"),
    path("cases/<str:identifier>/versions/<int:number>/", choosing.choose, name="choose-version"),
    path("cases/<str:identifier>/issue/", issuing.forms, name="forms"),
    path("cases/<str:identifier>/issue/<slug:form>/", issuing.issue, name="issue"),
    path("cases/<str:identifier>/", cases.case, name="case"),
    path("documents/<str:number>/", cases.document, name="document"),
    path("documents/<str:number>/mark/", inbox.mark, name="mark"),
    path("documents/<str:number>/transcribe/", take_back.transcribe, name="transcribe"),
    path("visits/<str:identifier>/withdraw/", take_back.withdraw_visit, name="withdraw-visit"),
    path(
        "cases/<str:identifier>/escalations/<slug:report>/receipt/",
        settling.receive,
        name="receive-escalation",
    ),
    path("cases/<str:identifier>/reports/<int:version>/review/", settling.review, name="review-report"),
    path("cases/<str:identifier>/reports/<int:version>/told/", settling.tell, name="tell-enterprise"),
    path("cases/<str:identifier>/cancel/", take_back.cancel_case, name="cancel-case"),
    path("registers/<slug:identifier>/withdraw/", take_back.withdraw_entry, name="withdraw-entry"),
    path("documents/<str:number>/withdraw/", issuing.withdraw, name="withdraw"),
    path("print/", files.print_forms, name="print-forms"),
    path("documents/<str:number>/form.pdf", files.form_pdf, name="form-pdf"),
    path("documents/<str:number>/pictures/<str:digest>/", files.picture, name="picture"),
    path("inbox/<str:identifier>/pictures/<str:digest>/", files.arrival_picture, name="arrival-picture"),
    path("inbox/<str:identifier>/original/", originals_shown.arrival_original, name="arrival-original"),
    path("inbox/<str:identifier>/films/<str:digest>/", footage.arrival_film, name="arrival-film"),
    path(
        "inbox/<str:identifier>/credentials/<str:digest>/",
        credentials_shown.arrival_credentials,
        name="arrival-credentials",
    ),
    path(
        "documents/<str:number>/originals/<str:digest>/",
        originals_shown.document_original,
        name="document-original",
    ),
    path(
        "registers/<slug:identifier>/originals/<str:digest>/",
        originals_shown.register_original,
        name="register-original",
    ),
    path(
        "cases/<str:identifier>/originals/<str:digest>/", originals_shown.case_original, name="case-original"
    ),
    path("cases/<str:identifier>/films/<str:digest>/", footage.case_film, name="case-film"),
    path("cases/<str:identifier>/photographs/<str:digest>/", files.photograph, name="photograph"),
    path(
        "cases/<str:identifier>/credentials/<str:digest>/",
        credentials_shown.case_credentials,
        name="case-credentials",
    ),
    path("friday/", friday.friday, name="friday"),
    path("friday/<str:week>/owed/", friday.owed_by, name="owed-by"),
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
    path("reports/<slug:name>/<int:number>/", reporting.make, name="report"),
    path("reports/<slug:name>/<int:number>/file/", reporting.file, name="report-file"),
    path("activity/", activity.activity, name="activity"),
    path("activity/sign-ins/", activity.sign_ins, name="sign-ins"),
    path("activity/trail.pdf", activity.trail_pdf, name="trail-pdf"),
    path("auditor/", auditor.auditor, name="auditor"),
    path("auditor/report/<slug:token>/", auditor.verdict_pdf, name="verdict-pdf"),
    path("login/", signing_in.SignIn.as_view(), name="login"),
    path("login/code/", signing_in.code, name="code"),
    path("login/oidc/", agency_signing_in.oidc, name="oidc"),
    path("login/oidc/back/", agency_signing_in.oidc_back, name="oidc-back"),
    path("login/ldap/", agency_signing_in.ldap, name="ldap"),
    path("account/", own_account.account, name="account"),
    path("account/password/", own_account.password, name="password"),
    path("account/notices/", notices.wishes, name="notice-wishes"),
    path("notices/", notices.urgent, name="notices"),
    path("account/second-factor/", own_account.second_factor, name="second-factor"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("setup/<str:key>/", session.setup, name="setup"),
    path("accounts/", accounts_page.accounts, name="accounts"),
    path("language/", session.language, name="language"),
]

handler400 = "evidence.web.problems.bad_request"
handler403 = "evidence.web.problems.forbidden"
handler404 = "evidence.web.problems.not_found"
handler500 = "evidence.web.problems.broken"
