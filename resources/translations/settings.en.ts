<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="de">
<context>
    <name>Settings</name>
    <message>
        <source>Einstellungen</source>
        <translation>Settings</translation>
    </message>
    <message>
        <source>Fertig</source>
        <translation>Done</translation>
    </message>
    <message>
        <source>Darstellung</source>
        <translation>Appearance</translation>
    </message>
    <message>
        <source>Wie das System</source>
        <translation>Like the system</translation>
    </message>
    <message>
        <source>Hell</source>
        <translation>Light</translation>
    </message>
    <message>
        <source>Dunkel</source>
        <translation>Dark</translation>
    </message>
    <message>
        <source>Sprache</source>
        <translation>Language</translation>
    </message>
    <message>
        <source>Textgröße</source>
        <translation>Text size</translation>
    </message>
    <message>
        <source>Zeilen im Eingang</source>
        <translation>Rows in the inbox</translation>
    </message>
    <message>
        <source>Bequem</source>
        <translation>Comfortable</translation>
    </message>
    <message>
        <source>Kompakt</source>
        <translation>Compact</translation>
    </message>
    <message>
        <source>Zeit zum Zurücknehmen</source>
        <translation>Time to undo</translation>
    </message>
    <message>
        <source>Wie vom Betrieb festgelegt</source>
        <translation>As the firm has set it</translation>
    </message>
    <message>
        <source>Einzelne Buchstaben als Tastenkürzel</source>
        <translation>Single letters as shortcuts</translation>
    </message>
    <message>
        <source>Bewegung reduzieren</source>
        <translation>Reduce motion</translation>
    </message>
</context>
</TS>
