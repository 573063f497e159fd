"""Markup that cannot be forgotten to be escaped: plain text becomes safe the moment it enters a tag."""

from __future__ import annotations

from html import escape

from harness.report.plain import clean

__all__ = ["Markup", "foreign", "joined", "tag"]

_VOID = frozenset({"meta", "br", "hr", "col"})


class Markup(str):
    """Text that is markup already; everything else is escaped on its way into a tag."""

    __slots__ = ()


def _safe(child: str) -> str:
    return child if isinstance(child, Markup) else escape(clean(child))


def joined(*children: str) -> Markup:
    """Put pieces side by side, escaping those that are not markup."""
    return Markup("".join(_safe(child) for child in children))


def tag(name: str, *children: str, **attributes: str | int | bool | None) -> Markup:
    """Make one element; ``class_`` and ``aria_label`` are written ``class`` and ``aria-label``.

    Attributes keep the order given; ``None`` and ``False`` leave one out, ``True`` writes it bare.
    """
    parts = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        spelt = key.rstrip("_").replace("_", "-")
        parts.append(spelt if value is True else f'{spelt}="{escape(clean(str(value)))}"')
    opened = f"<{' '.join(parts)}>"
    return Markup(opened) if name in _VOID else Markup(f"{opened}{joined(*children)}</{name}>")


def foreign(text: str) -> Markup:
    """Wrap text that others wrote, so that its writing direction stays its own."""
    return tag("bdi", text)
