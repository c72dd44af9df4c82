"""Every table there is: importing this file fills `bot.schema.metadata`, which migrations and tests need whole."""

from bot.addresses import store as addresses
from bot.agreements import store as agreements
from bot.allowances import store as allowances
from bot.api_tokens import store as api_tokens
from bot.branches import off as branches_off
from bot.branches import regroupings
from bot.branches import store as branches
from bot.buddies import store as buddies
from bot.cases import events as case_events
from bot.cases import store as cases
from bot.checklists import store as checklists
from bot.deadlines import store as deadlines
from bot.dialogues import store as dialogues
from bot.digests import store as digests
from bot.documents import store as documents
from bot.duty import store as duty
from bot.fetches import store as fetches
from bot.figures import store as figures
from bot.filters import store as filters
from bot.groups import store as groups
from bot.handed import store as handed
from bot.inbox import store as inbox
from bot.journal import store as journal
from bot.links import store as links
from bot.materials import store as materials
from bot.moves import store as moves
from bot.obligations import store as obligations
from bot.opportunities import interests as opportunity_interests
from bot.opportunities import store as opportunities
from bot.outbox import store as outbox
from bot.people import store as people
from bot.platforms import store as platforms
from bot.programmes import store as programmes
from bot.prompts import store as prompts
from bot.reports import consents as report_consents
from bot.reports import handed_on as report_handed_on
from bot.reports import store as reports
from bot.rollcalls import store as rollcalls
from bot.selections import store as selections
from bot.sessions import busy as session_busy
from bot.sessions import drafts as session_drafts
from bot.sessions import leaders as session_leaders
from bot.sessions import marks as session_marks
from bot.sessions import minutes as session_minutes
from bot.sessions import store as sessions
from bot.sessions import words as session_words
from bot.signins import store as signins
from bot.stand_ins import store as stand_ins
from bot.storage import state
from bot.talks import store as talks
from bot.trips import store as trips

__all__ = [
    "addresses",
    "agreements",
    "allowances",
    "api_tokens",
    "branches",
    "branches_off",
    "buddies",
    "case_events",
    "cases",
    "checklists",
    "deadlines",
    "dialogues",
    "digests",
    "documents",
    "duty",
    "fetches",
    "figures",
    "filters",
    "groups",
    "handed",
    "inbox",
    "journal",
    "links",
    "materials",
    "moves",
    "obligations",
    "opportunities",
    "opportunity_interests",
    "outbox",
    "people",
    "platforms",
    "programmes",
    "prompts",
    "regroupings",
    "report_consents",
    "report_handed_on",
    "reports",
    "rollcalls",
    "selections",
    "session_busy",
    "session_drafts",
    "session_leaders",
    "session_marks",
    "session_minutes",
    "session_words",
    "sessions",
    "signins",
    "stand_ins",
    "state",
    "talks",
    "trips",
]
