<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="de">
<context>
    <name>Marks</name>
    <message>
        <source>Auswahl aufgehoben</source>
        <translation>Selection cleared</translation>
    </message>
    <message>
        <source>Ausblenden</source>
        <translation>Hide</translation>
    </message>
    <message>
        <source>{count} ausgewählt</source>
        <translation>{count} selected</translation>
    </message>
    <message>
        <source>Zuweisen</source>
        <translation>Assign</translation>
    </message>
    <message>
        <source>Wiedervorlage</source>
        <translation>Snooze</translation>
    </message>
    <message>
        <source>Erledigt</source>
        <translation>Done</translation>
    </message>
    <message>
        <source>Kein Fall</source>
        <translation>No case</translation>
    </message>
    <message>
        <source>Auswahl aufheben</source>
        <translation>Clear selection</translation>
    </message>
    <message>
        <source>Spam</source>
        <translation>Spam</translation>
    </message>
    <message>
        <source>Newsletter</source>
        <translation>Newsletter</translation>
    </message>
    <message>
        <source>{act}: alle ausgewählten</source>
        <translation>{act}: all selected</translation>
    </message>
    <message>
        <source>{done} von {all}</source>
        <translation>{done} of {all}</translation>
    </message>
    <message>
        <source>{count} erledigt.</source>
        <translation>{count} solved.</translation>
    </message>
    <message>
        <source>{count} aus dem Eingang genommen.</source>
        <translation>{count} taken out of the inbox.</translation>
    </message>
    <message>
        <source>{count} zugewiesen: {what}.</source>
        <translation>{count} assigned: {what}.</translation>
    </message>
    <message>
        <source>{count} wieder im Team.</source>
        <translation>{count} back with the team.</translation>
    </message>
    <message>
        <source>{count} zurückgestellt: {what}.</source>
        <translation>{count} snoozed: {what}.</translation>
    </message>
    <message>
        <source>{count} zurückgenommen.</source>
        <translation>{count} taken back.</translation>
    </message>
    <message>
        <source>{names} warten noch auf eine Antwort.</source>
        <translation>{names} are still waiting for an answer.</translation>
    </message>
    <message>
        <source>Ein Fall</source>
        <translation>A case</translation>
    </message>
    <message>
        <source>Zeigen</source>
        <translation>Show</translation>
    </message>
    <message>
        <source>Rückgängig</source>
        <translation>Undo</translation>
    </message>
    <message>
        <source>{names} und {count} weitere</source>
        <translation>{names} and {count} more</translation>
    </message>
    <message>
        <source>{name} wartet noch auf eine Antwort.</source>
        <translation>{name} is still waiting for an answer.</translation>
    </message>
</context>
</TS>
