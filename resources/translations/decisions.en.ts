<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="de">
<context>
    <name>Conversation</name>
    <message>
        <source>Ersatz {number} bestellt</source>
        <translation>Replacement {number} ordered</translation>
    </message>
    <message>
        <source>{amount} zurückgeholt, Storno {number}</source>
        <translation>{amount} taken back, cancellation {number}</translation>
    </message>
    <message>
        <source>{amount} erstattet und zurückgeholt, Gutschrift {number}</source>
        <translation>{amount} refunded and taken back, credit note {number}</translation>
    </message>
</context>
<context>
    <name>Decision</name>
    <message>
        <source>Beleg {number}</source>
        <translation>Slip {number}</translation>
    </message>
    <message>
        <source>Code {number}</source>
        <translation>Code {number}</translation>
    </message>
    <message>
        <source>Ersatz {number}</source>
        <translation>Replacement {number}</translation>
    </message>
    <message>
        <source>Rechnung {number}</source>
        <translation>Invoice {number}</translation>
    </message>
    <message>
        <source>bis {number}</source>
        <translation>until {number}</translation>
    </message>
    <message>
        <source>Es ist nichts gebucht, die Antwort wurde nicht gesendet.</source>
        <translation>Nothing was booked, the answer was not sent.</translation>
    </message>
    <message>
        <source>Neuer Betrag: {amount}</source>
        <translation>New amount: {amount}</translation>
    </message>
    <message>
        <source>Zurückgeholt</source>
        <translation>Taken back</translation>
    </message>
    <message>
        <source>Grund: {reason}</source>
        <translation>Reason: {reason}</translation>
    </message>
    <message>
        <source>Entscheiden darf es eine Leitung.</source>
        <translation>A team lead may decide it.</translation>
    </message>
    <message>
        <source>Entscheiden darf es der Inhaber.</source>
        <translation>The owner may decide it.</translation>
    </message>
    <message>
        <source>Das darfst du: Regel «{rule}».</source>
        <translation>You may do this: rule "{rule}".</translation>
    </message>
    <message>
        <source>Danach bleiben dir {what}.</source>
        <translation>After that you have {what} left.</translation>
    </message>
    <message>
        <source>Die Regel verlangt eine kurze Begründung.</source>
        <translation>The rule asks for a short reason.</translation>
    </message>
    <message>
        <source>Das darfst du: Es belastet deinen Rahmen nicht.</source>
        <translation>You may do this: it takes nothing from your limit.</translation>
    </message>
    <message>
        <source>Regel «{rule}».</source>
        <translation>Rule "{rule}".</translation>
    </message>
    <message>
        <source>{amount} in diesem Fall</source>
        <translation>{amount} on this case</translation>
    </message>
    <message>
        <source>{amount} heute</source>
        <translation>{amount} today</translation>
    </message>
    <message>
        <source>{one} und {other}</source>
        <translation>{one} and {other}</translation>
    </message>
    <message>
        <source>Auftrag bestätigt</source>
        <translation>Work order confirmed</translation>
    </message>
</context>
<context>
    <name>Facts</name>
    <message>
        <source>Gutschein</source>
        <translation>Voucher</translation>
    </message>
    <message>
        <source>Gutschein bis</source>
        <translation>Voucher until</translation>
    </message>
    <message>
        <source>Ersatz-Nr.</source>
        <translation>Replacement no.</translation>
    </message>
    <message>
        <source>Auszahlung</source>
        <translation>Till payment</translation>
    </message>
    <message>
        <source>Beleg-Nr.</source>
        <translation>Slip no.</translation>
    </message>
    <message>
        <source>Rechnung</source>
        <translation>Invoice</translation>
    </message>
    <message>
        <source>Mahngebühr</source>
        <translation>Reminder fee</translation>
    </message>
    <message>
        <source>Mahnsperre bis</source>
        <translation>No reminders until</translation>
    </message>
</context>
<context>
    <name>Reason</name>
    <message>
        <source>Weiter</source>
        <translation>Go on</translation>
    </message>
    <message>
        <source>Warum? Eine Zeile, nur intern</source>
        <translation>Why? One line, internal only</translation>
    </message>
    <message>
        <source>Deine Regel verlangt hier einen Grund.</source>
        <translation>Your rule asks for a reason here.</translation>
    </message>
</context>
</TS>
