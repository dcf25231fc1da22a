"""The `markdown` block: standard Markdown, with HTML shown as text and unsafe links refused by the parser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from bot.sandbox.pages.html import tag
from bot.sandbox.pages.links import anchor


class _Renderer(RendererHTML):
    """Links open beside the page; pictures become links, since the pages load nothing from elsewhere."""

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Mark a link to open in a new tab without a way back."""
        tokens[idx].attrSet("target", "_blank")
        tokens[idx].attrSet("rel", "noopener noreferrer nofollow")
        return self.renderToken(tokens, idx, options, env)

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Return the picture's address as a link named by its alternative text."""
        del options, env
        source: Any = tokens[idx].attrGet("src")
        return str(anchor(str(source or ""), tokens[idx].content or "picture"))


_PARSER = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=_Renderer).enable(
    ["table", "strikethrough"]
)


def markdown(text: str) -> Markup:
    """Return Markdown as HTML."""
    return tag("div", Markup(_PARSER.render(text)), class_="markdown")  # noqa: S704 -- the parser escapes raw HTML
