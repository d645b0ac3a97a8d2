<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="de">
<context>
    <name>Palette</name>
    <message>
        <source>Fall, Kunde, Bestellung oder Befehl</source>
        <translation>Case, customer, order or command</translation>
    </message>
    <message>
        <source>Nichts gefunden</source>
        <translation>Nothing found</translation>
    </message>
    <message>
        <source>Für diesen Fall</source>
        <translation>For this case</translation>
    </message>
    <message>
        <source>Fälle</source>
        <translation>Cases</translation>
    </message>
    <message>
        <source>Kunden</source>
        <translation>Customers</translation>
    </message>
    <message>
        <source>Bestellungen</source>
        <translation>Orders</translation>
    </message>
    <message>
        <source>Befehle</source>
        <translation>Commands</translation>
    </message>
    <message>
        <source>Ältere Fälle am Server</source>
        <translation>Older cases at the server</translation>
    </message>
    <message>
        <source>Offline: ältere Fälle sind gerade nicht erreichbar</source>
        <translation>Offline: older cases cannot be reached right now</translation>
    </message>
</context>
</TS>
