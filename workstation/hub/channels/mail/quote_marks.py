"""How mail clients mark what they quote, in German, English and the neighbours' languages: patterns only."""

import re

MAX_LINE = 1_000

# "Am 5. Mai 2025 um 10:11 schrieb Shop <x@y>:", "On Mon, May 5, 2025 at 10:11 AM Shop <x@y> wrote:"
# Each is tried on up to six lines joined by a blank, since clients wrap the introduction.
_INTRODUCTIONS = (
    # After "schrieb" comes a name, with its address or without: no sentence, and neither "ich" nor "wir".
    r"(?:am|den|vom)\s.{0,40}\d.{0,300}?\bschrieb\b(?!\s(?:ich|wir|mir|uns)\b)"
    r"(?:.{0,120}<\s?[^<>\s]{3,120}>.{0,20}|(?:Dr\.|Prof\.|[^.!?:;]){0,100}?):",
    r"(?:am|den|vom)\s.{0,40}\d.{0,300}?\b(?:geschrieben|wrote)\b.{0,10}?:",
    r"(?:on|at)\s.{0,40}\d.{0,300}?(?<!\bi\s)(?<!\bwe\s)(?:wrote|writes|said|schrieb|sent)\b"
    r"(?:\s?the following)?.{0,12}?:",
    r".{1,150}?\b(?:schrieb|wrote)\s(?:am|on|um|at)\b.{0,40}\d.{0,100}?:",
    r".{1,150}?(?:<[^<>\s]{3,120}>|\[mailto:[^\]\s]{3,120}\]).{0,60}\b(?:schrieb|schreibt|wrote|writes"
    r"|a écrit|escribió|ha scritto)\b.{0,60}?:",
    r"\d{1,4}[./\-]\d{1,2}[./\-]\d{1,4}.{0,200}?(?:schrieb|wrote|<[^<>\s]{3,120}>)\s?.{0,60}?:",
    r"\d{4}年\d{1,2}月\d{1,2}日.{0,200}[:：]",
    r"(?:le|el|il|op|em|dnia|w dniu|den|på)\s.{0,40}\d.{0,300}?\b(?:a écrit|escribió|ha scritto|schreef"
    r"|escreveu|napisał(?:\(a\))?|skrev)\b.{0,100}?\s?:",
    r".{1,150}?\bhat\sam\b.{0,40}\d{1,2}:\d\d.{0,20}\bgeschrieben\s?:",
    r"zitat von .{1,150}:",
    r"quoting .{1,150}:",
    r"in (?:einer )?(?:nachricht|message) .{0,150}(?:schreibt|writes)\b.{0,80}:?",
)
INTRODUCTION = re.compile(r"(?is)\A[>\s*_]{0,12}(?:" + "|".join(_INTRODUCTIONS) + r")[\s*_]*\Z")
INTRODUCTION_START = re.compile(
    r"(?i)\A[>\s*_]{0,12}(?:.{1,150}\bhat\sam\b|am|den|vom|on|at|le|el|il|op|em|dnia|w dniu|på|zitat"
    r"|quoting|in"
    r"|\d{1,4}[./\-]\d|\d{4}年"
    r"|.{1,150}\b(?:schrieb|schreibt|wrote|writes)\b|.{1,150}<[^<>\s]{3,120}>|.{1,100}\[mailto:)"
)
INTRODUCTION_WORD = re.compile(
    r"(?i)\b(?:schrieb|schreibt|geschrieben|wrote|writes|said|sent|a écrit|escribió|ha scritto|schreef"
    r"|escreveu|napisał|skrev"
    r"|zitat von|quoting)|<[^<>\s]{3,120}>|年"
)

# Yahoo goes on with the quoted text on the line of its introduction.
INTRODUCTION_INLINE = re.compile(
    r"(?i)\A[>\s]{0,6}(?:am|on)\s.{0,40}\d.{0,200}?<[^<>\s]{1,120}@[^<>\s]{1,120}>\s?(?:schrieb|wrote)\s?:"
)

# "-----Ursprüngliche Nachricht-----", "---------- Forwarded message ---------", "Begin forwarded message:"
_DIVIDER_WORDS = (
    r"urspr(?:ü|ue?)ngliche\s(?:e-?mail|nachricht|mail|message)|original(?:e)?[\s\-]?(?:nachricht|message"
    r"|mail|e-?mail|appointment)"
    r"|orig(?:inal)?\.?\s?(?:msg|nachricht)|weitergeleitete\s(?:nachricht|e-?mail|mail)"
    r"|forwarded\s(?:message|mail|by\s.{1,80})"
    r"|reply\s(?:message|above\sthis\sline.{0,80})|antwort(?:\snachricht)?|message\soriginal"
    r"|mensaje\soriginal"
    r"|messaggio\s(?:originale|inoltrato)|oorspronkelijk\sbericht|mail\soriginal|message\sd'origine"
    r"|message\stransféré"
    r"|nachricht\sweitergeleitet|urspr\.\snachricht"
)
DIVIDER = re.compile(
    r"(?i)\A[>\s*]{0,10}[-_=]{2,60}\s{0,5}(?:" + _DIVIDER_WORDS + r")\s{0,5}:?\s{0,5}[-_=]{0,60}\s*\Z"
)
FORWARD = re.compile(
    r"(?i)\A[>\s*]{0,10}(?:begin\sforwarded\smessage|anfang\sder\sweitergeleiteten\s(?:nachricht|e-?mail)"
    r"|weitergeleitete\snachricht|début\sdu\smessage\s(?:réexpédié|transféré)|inizio\smessaggio\sinoltrato"
    r"|-{2,}\s?(?:weitergeleitet|forwarded)\s(?:von|by)\s.{1,100})\s?:?\s*-{0,20}\s*\Z"
)
REPLY_ABOVE = re.compile(
    r"(?i)\A\s*(?:[#\-=*_>]{2,}\s*)?(?:please\s)?(?:bitte\s)?(?:(?:reply|write"
    r"|type your reply) above this line|(?:antworten sie )?(?:bitte )?"
    r"(?:oberhalb|über) dieser (?:zeile|linie).{0,40})\s*(?:[#\-=*_<]{2,}\s*)?\Z"
)
RULE = re.compile(r"\A\s*(?:_{5,}|-{5,}|={5,}|\*{5,}|—{3,}|─{3,})\s*\Z")

# "Von: ...", "*From:* ...", "Gesendet: ..."
HEADER_LINE = re.compile(
    r"(?i)\A[>\s]{0,10}[*_]{0,2}(from|von|de|da|van|från|od|sent|gesendet|envoyé|inviato|verzonden"
    r"|enviado(?:\sel)?|date|datum|data|fecha|skickat"
    r"|to|an|à|a|para|aan|till|do|cc|kopie|kopia|copie|bcc|subject|betreff|objet|oggetto|onderwerp|asunto"
    r"|assunto|ämne|temat"
    r"|reply-to|antwort an|priorität|wichtigkeit|importance|anlagen"
    r"|attachments)\s?[*_]{0,2}\s?[:：][*_]{0,2}(?:\s|\Z)"
)
SENDER_KEYS = frozenset({"from", "von", "de", "da", "van", "från", "od"})
DATE_KEYS = frozenset(
    "sent gesendet envoyé inviato verzonden enviado skickat date datum data fecha".split()  # noqa: SIM905
)
SUBJECT_KEYS = frozenset("subject betreff objet oggetto onderwerp asunto assunto ämne temat".split())  # noqa: SIM905

QUOTED = re.compile(r"\A\s{0,3}(?:>|\|\s|&gt;)")

# "-Erika" as the last line, and the footers of mailing lists.
DASH_NAME = re.compile(r"\A\s{0,3}[-–—]\s?[A-ZÄÖÜ][\w.]*(?: [A-ZÄÖÜ][\w.]*){0,2}\s*\Z")
LIST_FOOTER = re.compile(r"(?i)mailing[ -]?list|unsubscribe")
SIGNATURE_MARK = re.compile(r"\A(?:--|—|–|__)\s{0,2}\Z")
# Lines that clients add by themselves.
CLIENT_LINE = re.compile(
    r"""(?ix) \A [\s*_>]{0,4} (?:
      (?: diese\ (?:nachricht|e-?mail|mail)\ wurde\ )? von\ (?:meine[mr]|unterwegs) \b .{0,80}
        \b (?:gesendet|geschickt|verschickt)
    | (?: gesendet | geschickt | verschickt ) \ (?: von | mit | aus | über | durch | via ) \ .{1,100}
    | diese\ (?:nachricht|e-?mail|mail)\ wurde\ (?:von|mit)\ .{1,100} \ (?:gesendet|verschickt)
    | von\ (?:iphone|ipad|handy|smartphone|samsung|android|mobil) .{0,60} gesendet
    | sent\ (?:from|with|via|using|by|on)\ (?:my|a|an|the|mail|outlook|proton|yahoo|gmx|web\.de
      |aqua|k-9|blue\ ?mail|samsung|iphone|ipad|
      android|mobile|gmail|spark|edison|airmail|blackberry|verizon|at&t|t-mobile|windows
      |fairemail|thunderbird|canary|nine|tutanota) \b .{0,100}
    | get\ outlook\ for\ .{1,40}
    | outlook\ f(?:ü|ue)r\ (?:ios|android)\ (?:beziehen|herunterladen|holen) .{0,80}
    | (?:holen|laden)\ sie\ (?:sich\ )?outlook\ .{1,80} | hol(?:\ dir|en\ sie\ sich)\ .{1,30}outlook .{0,60}
    | gesendet\ mit\ der\ .{1,40} (?:mail|app) .{0,60} | envoyé\ (?:de|depuis)\ mon\ .{1,60}
    | inviato\ da(?:l\ mio)?\ .{1,60}
    | enviado\ desde\ mi\ .{1,60} | verstuurd\ vanaf\ mijn\ .{1,60}
    | (?:from|von)\ my\ (?:iphone|ipad|android|mobile) .{0,60}
    ) [.!*_\s]* (?:<https?://[^\s<>]{1,300}>)? [.!\s]* \Z"""
)

# "Mit freundlichen Grüßen", "Best regards,": what a mail is closed with; it stays visible, with the name.
CLOSING = re.compile(
    r"(?i)\A\s{0,3}(?:(?:mit\s)?(?:(?:ganz\s|sehr\s)?(?:freundlich|best|herzlich|lieb|viel|schön|sonnig)\w{0,4}\s)"
    r"(?:gr(?:ü|ue)(?:ß|ss)\w{0,2}|regards|wishes)(?:\s(?:aus|von|from)\s.{1,40})?"
    r"|mfg|lg|vg|hochachtungsvoll|gr(?:ü|ue)(?:ß|ss)e?"
    r"|(?:kind|best|warm|many)\s(?:regards|wishes)|regards|yours\s(?:sincerely|faithfully|truly)|sincerely"
    r"|cheers|all\sthe\sbest)\s{0,2}[,.!]?\s*\Z"
)
# Lines that only say how and where somebody is reached, or what every mail of a firm has to say.
CONTACT = re.compile(
    r"""(?ix) \A [\s*_|>]{0,4} (?:
      (?: tel | telefon | fon | phone | mobil | mobile | handy | cell | fax | telefax | t | m | f )
        \s?\.? \s? [:.]? \s? (?:\+|\(?0) [\d\s()/.\-]{5,}
    | (?: e-?mail | mail | web | internet | website | homepage ) \s? : \s? \S+
    | (?:https?://|www\.) \S+ | [^\s@]{1,64}@[^\s@]{1,100}\.\w{2,15}
    | .{0,80} \b (?: gesch(?:ä|ae)ftsf(?:ü|ue)hr\w{0,6} | handelsregister | amtsgericht | registergericht
        | vorstand(?:svorsitz\w{0,4})? | hr[ab]\s?:?\s?\d+ | ust-?id\S* | steuernummer
        | sitz\ der\ gesellschaft | managing\ directors? | registered\ (?:office|in)
        | company\ (?:no|number)\.? | vat\ (?:no|id)\.? )
        \b .{0,120}
    | [^.!?]{0,60} \b (?: gmbh | ag | kg | ohg | e\.\ ?k\. | ug | ltd\.? | inc\.? | llc )
        (?: \s\&\s co\.\s kg )?
    | (?:D-)?\d{5}\s[A-ZÄÖÜa-zäöüß]\S.{1,40}
    ) [\s*_|]* \Z"""
)
# "Diese E-Mail enthält vertrauliche Informationen ..."
DISCLAIMER = re.compile(
    r"(?i)\A\s{0,3}(?:diese?\s(?:e-?mail|nachricht)|this\s(?:e-?mail|message|communication)|der\sinhalt\sdieser"
    r"|the\s(?:information|contents?)\s(?:contained\s)?(?:in|of)\sthis|bitte\s(?:denken|prüfen)\ssie.{0,40}umwelt"
    r"|please\sconsider\sthe\senvironment|think\sbefore\syou\sprint)"
)
SENTENCE = re.compile(r"\?|\A\s*P\.?\s?S\b|\b\w+\s\w+\s\w+\s\w+\s\w+\s\w+\s\w+\s\w+")
