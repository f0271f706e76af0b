"""The pieces every screen is made of. `evenkeel gallery` shows them together."""

from app.ui.widgets.ask import ask
from app.ui.widgets.buttons import LinkButton, Pressable, PrimaryButton, QuietButton
from app.ui.widgets.card import Card, Frame
from app.ui.widgets.chip import StateChip, say_state
from app.ui.widgets.choice import Choice, MoodFaces, Scale
from app.ui.widgets.code import Code
from app.ui.widgets.empty import Empty
from app.ui.widgets.fields import Stepper, TextInput, Toggle
from app.ui.widgets.file_made import FileMade
from app.ui.widgets.help import HelpButton
from app.ui.widgets.lists import DatedList, ListRow, Rows, Section
from app.ui.widgets.markdown import Markdown
from app.ui.widgets.moment import MomentField
from app.ui.widgets.notice import Notice
from app.ui.widgets.number_line import NumberLine
from app.ui.widgets.page import Page, TwoPane
from app.ui.widgets.progress import ProgressLine
from app.ui.widgets.table import TableTwin
from app.ui.widgets.text import body, glyph, heading, marked, number, small, words
from app.ui.widgets.trend import Trend

__all__ = [
    "Card",
    "Choice",
    "Code",
    "DatedList",
    "Empty",
    "FileMade",
    "Frame",
    "HelpButton",
    "LinkButton",
    "ListRow",
    "Markdown",
    "MomentField",
    "MoodFaces",
    "Notice",
    "NumberLine",
    "Page",
    "Pressable",
    "PrimaryButton",
    "ProgressLine",
    "QuietButton",
    "Rows",
    "Scale",
    "Section",
    "StateChip",
    "Stepper",
    "TableTwin",
    "TextInput",
    "Toggle",
    "Trend",
    "TwoPane",
    "ask",
    "body",
    "glyph",
    "heading",
    "marked",
    "number",
    "say_state",
    "small",
    "words",
]
