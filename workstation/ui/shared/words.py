"""Widget labels: German in the code, English from resources/translations/*.en.ts, read as they are."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QObject, QTranslator

from workstation.system.resources import resource_path
from workstation.ui.shared.formats import Language

Messages = dict[tuple[str, str], str]
"""(context, German source) -> translation."""


def translate(context: str, text: str) -> str:
    """Return ``text`` (the German master) in the language of the window.

    ``context`` is the name of the part that shows it. Both are literals, so that the check of the
    translations finds them. Blanks are filled by ``str.format`` afterwards.
    """
    return QCoreApplication.translate(context, text)


def later(context: str, text: str) -> tuple[str, str]:
    """Mark ``text`` for translation where it is listed; ``translate(*pair)`` gives the words when shown."""
    return context, text


def read_ts(path: Path) -> Messages:
    """Return the finished messages of one .ts file.

    Raises:
        ValueError: the file is not well-formed; the message names it.
    """
    # German needs no file, so the first paint need not wait for a parser.
    from xml.etree import ElementTree

    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise ValueError(f"{path.name}: {error}") from error
    messages: Messages = {}
    for context in root.iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is None or not translation.text or translation.get("type") == "unfinished":
                continue
            messages[name, message.findtext("source") or ""] = translation.text
    return messages


class TsTranslator(QTranslator):
    """Answers from .ts files directly, so the words need no compiled twin that could grow stale."""

    def __init__(self, messages: Messages, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._messages = messages

    def isEmpty(self) -> bool:
        return not self._messages

    def translate(
        self, context: str | bytes, sourceText: str | bytes, disambiguation: object = None, n: int = -1
    ) -> str:
        # None is Qt's null string: «ask the next translator».
        return self._messages.get((_text(context), _text(sourceText)))  # type: ignore[return-value]


class Words:
    """The language of the window. One per application; ``use`` may be called again to change it."""

    def __init__(self, app: QCoreApplication) -> None:
        self._app = app
        self._installed: list[QTranslator] = []
        self.language: Language = "de"

    def use(self, language: Language) -> None:
        """Show all labels in ``language``. Widgets get a LanguageChange event from Qt."""
        self.remove()
        self.language = language
        if language == "de":
            own = QTranslator(self._app)
            folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            if own.load("qtbase_de", folder):
                self._install(own)
        else:
            messages: Messages = {}
            for path in sorted(resource_path("translations").glob(f"*.{language}.ts")):
                messages.update(read_ts(path))
            self._install(TsTranslator(messages, self._app))

    def remove(self) -> None:
        """Take all translations away: German without Qt's own German words."""
        for translator in self._installed:
            self._app.removeTranslator(translator)
        self._installed.clear()
        self.language = "de"

    def _install(self, translator: QTranslator) -> None:
        self._app.installTranslator(translator)
        self._installed.append(translator)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
