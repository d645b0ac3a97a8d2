<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="de">
<context>
    <name>Customers</name>
    <message>
        <source>Kunden</source>
        <translation>Customers</translation>
    </message>
    <message>
        <source>Name, Adresse, Nummer oder Bestellung</source>
        <translation>Name, address, number or order</translation>
    </message>
    <message>
        <source>Gefundene Kunden</source>
        <translation>Customers found</translation>
    </message>
    <message>
        <source>Gib einen Namen, eine Adresse oder eine Nummer ein.</source>
        <translation>Type a name, an address or a number.</translation>
    </message>
    <message>
        <source>Niemand gefunden. Prüfe die Schreibweise.</source>
        <translation>Nobody found. Check the spelling.</translation>
    </message>
</context>
</TS>
