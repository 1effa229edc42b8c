"""The plain text of a mail, read from its HTML, so that both always say the same."""

from html.parser import HTMLParser

PARAGRAPHS = {
    "p",
    "h1",
    "h2",
    "h3",
    "div",
    "tr",
    "table",
    "blockquote",
    "ul",
    "ol",
    "section",
    "header",
    "footer",
    "hr",
}
SILENT = {"style", "script", "title"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.lines: list[str] = [""]
        self.silent: list[str] = []
        self.links: list[tuple[str, int, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent.append(tag)
        elif tag in PARAGRAPHS:
            self._end_paragraph()
        elif tag == "li":
            self.lines.append("- ")
        elif tag == "br":
            self.lines.append("")
        elif tag == "a":
            self.links.append((dict(attrs).get("href") or "", len(self.lines), len(self.lines[-1])))

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()
        elif tag in PARAGRAPHS:
            self._end_paragraph()
        elif tag == "a" and self.links:
            href, line, column = self.links.pop()
            label = self.lines[-1][column:].strip() if line == len(self.lines) else ""
            if href and href not in (label, f"mailto:{label}"):
                words = self.lines[-1].rstrip() if label else self.lines[-1]
                colon = ": " if label and label[-1].isalnum() else " " if label else ""
                self.lines[-1] = f"{words}{colon}{href}"

    def handle_data(self, data: str) -> None:
        if self.silent:
            if self.silent[-1] == "title":
                self.title += data
            return
        words = " ".join(data.split())
        if not words:
            if data and not self.lines[-1].endswith(" "):
                self.lines[-1] += " "
            return
        before = " " if data[0].isspace() and not self.lines[-1].endswith(" ") else ""
        after = " " if data[-1].isspace() else ""
        self.lines[-1] += before + words + after

    def _end_paragraph(self) -> None:
        if self.lines[-1].strip():
            self.lines.append("")
        if len(self.lines) > 1 and self.lines[-2].strip():
            self.lines.append("")


def read(html: str) -> tuple[str, str]:
    """The title on one line, and the text of the body."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = "\n".join(line.strip() for line in reader.lines).strip()
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return " ".join(reader.title.split()), text + "\n"
