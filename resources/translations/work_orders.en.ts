<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="de">
<context>
    <name>WorkOrders</name>
    <message>
        <source>Aufträge</source>
        <translation>Work orders</translation>
    </message>
    <message>
        <source>Was Menschen noch tun und bestätigen müssen. Geld ist nach einem Arbeitstag überfällig.</source>
        <translation>What people still have to do and confirm. Money is overdue after one working day.</translation>
    </message>
    <message>
        <source>Welche Aufträge</source>
        <translation>Which work orders</translation>
    </message>
    <message>
        <source>Offene Aufträge</source>
        <translation>Open work orders</translation>
    </message>
    <message>
        <source>Nichts offen</source>
        <translation>Nothing open</translation>
    </message>
    <message>
        <source>Alles, was Menschen tun mussten, ist bestätigt.</source>
        <translation>Everything people had to do has been confirmed.</translation>
    </message>
    <message>
        <source>Alle</source>
        <translation>All</translation>
    </message>
    <message>
        <source>Überfällig</source>
        <translation>Overdue</translation>
    </message>
    <message>
        <source>kein Fall dazu auf diesem Gerät</source>
        <translation>no case about it on this device</translation>
    </message>
    <message>
        <source>seit {when}</source>
        <translation>since {when}</translation>
    </message>
    <message>
        <source>bestätigt</source>
        <translation>confirmed</translation>
    </message>
    <message>
        <source>Fall zeigen</source>
        <translation>Show case</translation>
    </message>
    <message>
        <source>Nichts überfällig</source>
        <translation>Nothing overdue</translation>
    </message>
    <message>
        <source>Was noch zu tun ist, steht unter «Alle».</source>
        <translation>What is still to do is under “All”.</translation>
    </message>
    <message>
        <source>Gezeigt werden höchstens {count}: was Geld ist, vor allem anderen, sonst das Älteste.</source>
        <translation>At most {count} are shown: money before all else, otherwise the oldest.</translation>
    </message>
</context>
</TS>
