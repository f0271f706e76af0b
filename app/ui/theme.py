"""The tokens poured into a Flet theme, for the parts that Flutter paints by itself."""

from __future__ import annotations

import flet as ft

from app.ui.look import RADIUS, Look
from app.ui.palette import Palette

FONTS = {
    "Noto Sans": "fonts/NotoSans-Regular.ttf",
    "Noto Sans Mono": "fonts/NotoSansMono-Regular.ttf",
    "Noto Sans SemiBold": "fonts/NotoSans-SemiBold.ttf",
    "Noto Sans Arabic": "fonts/NotoSansArabic-Regular.ttf",
    "Noto Sans Arabic SemiBold": "fonts/NotoSansArabic-SemiBold.ttf",
    "Noto Sans Hebrew": "fonts/NotoSansHebrew-Regular.ttf",
    "Noto Sans Hebrew SemiBold": "fonts/NotoSansHebrew-SemiBold.ttf",
    "Noto Sans Devanagari": "fonts/NotoSansDevanagari-Regular.ttf",
    "Noto Sans Devanagari SemiBold": "fonts/NotoSansDevanagari-SemiBold.ttf",
}


def _colours(palette: Palette) -> ft.ColorScheme:
    return ft.ColorScheme(
        primary=palette.accent,
        on_primary=palette.on_accent,
        primary_container=palette.tint,
        on_primary_container=palette.accent,
        secondary=palette.accent,
        on_secondary=palette.on_accent,
        secondary_container=palette.tint,
        on_secondary_container=palette.accent,
        tertiary=palette.waiting,
        surface=palette.surface,
        on_surface=palette.ink,
        on_surface_variant=palette.quiet,
        surface_container=palette.surface,
        surface_container_high=palette.surface,
        surface_container_highest=palette.tint,
        surface_container_low=palette.surface,
        surface_container_lowest=palette.surface,
        surface_tint=ft.Colors.TRANSPARENT,
        outline=palette.quiet,
        outline_variant=palette.line,
        error=palette.urgent,
        on_error=palette.surface,
        error_container=palette.urgent_tint,
        on_error_container=palette.urgent,
        inverse_surface=palette.ink,
        on_inverse_surface=palette.paper,
        inverse_primary=palette.tint,
        shadow=ft.Colors.TRANSPARENT,
    )


def _texts(look: Look) -> ft.TextTheme:
    body, small = look.style("body"), look.style("small")
    strong, card, title = (
        look.style("body", strong=True),
        look.style("card", strong=True),
        look.style("title"),
    )
    return ft.TextTheme(
        body_large=body,
        body_medium=body,
        body_small=small,
        label_large=strong,
        label_medium=small,
        label_small=small,
        title_small=strong,
        title_medium=strong,
        title_large=card,
        headline_small=card,
        headline_medium=title,
        headline_large=title,
        display_small=title,
        display_medium=look.style("number"),
        display_large=look.style("number"),
    )


def _pickers(look: Look) -> dict[str, object]:
    """Calendar and clock have boxes of one size: their largest digits, twice the body's, do not grow with it."""
    clock, day = look.style("number"), look.style("title")
    clock.size, day.size = 40, min(look.size("title"), 32)
    return {
        "time_picker_theme": ft.TimePickerTheme(hour_minute_text_style=clock),
        "date_picker_theme": ft.DatePickerTheme(header_headline_text_style=day),
    }


def _shape(radius: int = RADIUS) -> ft.RoundedRectangleBorder:
    return ft.RoundedRectangleBorder(radius=radius)


def make_theme(look: Look) -> ft.Theme:
    """A Flet theme with our colours, type and shapes."""
    palette = look.palette
    still = ft.PageTransitionTheme.NONE
    return ft.Theme(
        color_scheme=_colours(palette),
        font_family="Noto Sans",
        visual_density=ft.VisualDensity.STANDARD,
        text_theme=_texts(look),
        scaffold_bgcolor=palette.paper,
        canvas_color=palette.paper,
        divider_color=palette.line,
        focus_color=ft.Colors.with_opacity(0.16, palette.accent),
        hover_color=ft.Colors.with_opacity(0.06, palette.accent),
        splash_color=ft.Colors.with_opacity(0.10, palette.accent),
        dialog_theme=ft.DialogTheme(bgcolor=palette.surface, elevation=0, shape=_shape()),
        bottom_sheet_theme=ft.BottomSheetTheme(bgcolor=palette.surface, elevation=0),
        page_transitions=ft.PageTransitionsTheme(
            android=still, ios=still, linux=still, macos=still, windows=still
        ),
        **_pickers(look),
        tooltip_theme=ft.TooltipTheme(text_style=look.style("small", colour=palette.paper)),
    )


def dress(page: ft.Page, look: Look) -> None:
    """Put the theme on a page."""
    page.fonts = FONTS
    page.theme = page.dark_theme = make_theme(look)
    page.theme_mode = ft.ThemeMode.DARK if look.palette.dark else ft.ThemeMode.LIGHT
