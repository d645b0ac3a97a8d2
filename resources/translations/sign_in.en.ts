<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="de">
<context>
    <name>SignIn</name>
    <message>
        <source>Einen Augenblick</source>
        <translation>One moment</translation>
    </message>
    <message>
        <source>Willkommen</source>
        <translation>Welcome</translation>
    </message>
    <message>
        <source>Wie möchtest du beginnen?</source>
        <translation>How would you like to begin?</translation>
    </message>
    <message>
        <source>Ausprobieren</source>
        <translation>Try it out</translation>
    </message>
    <message>
        <source>Mit Beispieldaten einer Bäckerei. Nichts davon verlässt diesen Computer.</source>
        <translation>With sample data of a bakery. Nothing of it leaves this computer.</translation>
    </message>
    <message>
        <source>Auf diesem Computer arbeiten</source>
        <translation>Work on this computer</translation>
    </message>
    <message>
        <source>Alles liegt verschlüsselt hier. Gut für einen Arbeitsplatz.</source>
        <translation>Everything lies here, encrypted. Good for one workplace.</translation>
    </message>
    <message>
        <source>Für Teams: die Adresse bekommst du von deiner Leitung.</source>
        <translation>For teams: your lead gives you the address.</translation>
    </message>
    <message>
        <source>Deine Firma</source>
        <translation>Your firm</translation>
    </message>
    <message>
        <source>Der Hub läuft auf diesem Computer und startet von selbst mit.</source>
        <translation>The hub runs on this computer and starts by itself.</translation>
    </message>
    <message>
        <source>Name der Firma</source>
        <translation>Name of the firm</translation>
    </message>
    <message>
        <source>Dein Name</source>
        <translation>Your name</translation>
    </message>
    <message>
        <source>Anmeldename</source>
        <translation>Sign-in name</translation>
    </message>
    <message>
        <source>Kennwort, mindestens 10 Zeichen</source>
        <translation>Password, at least 10 characters</translation>
    </message>
    <message>
        <source>Hub beim Anmelden am Computer starten</source>
        <translation>Start the hub when I log in to the computer</translation>
    </message>
    <message>
        <source>Anlegen</source>
        <translation>Create</translation>
    </message>
    <message>
        <source>Zurück</source>
        <translation>Back</translation>
    </message>
    <message>
        <source>Bitte fülle alle Felder aus.</source>
        <translation>Please fill in all fields.</translation>
    </message>
    <message>
        <source>Das Kennwort braucht mindestens 10 Zeichen.</source>
        <translation>The password needs at least 10 characters.</translation>
    </message>
    <message>
        <source>Mit einem Hub verbinden</source>
        <translation>Connect to a hub</translation>
    </message>
    <message>
        <source>Adresse, zum Beispiel https://hub.firma.example</source>
        <translation>Address, for example https://hub.firm.example</translation>
    </message>
    <message>
        <source>Verbinden</source>
        <translation>Connect</translation>
    </message>
    <message>
        <source>Dieses Gerät wartet auf Freigabe</source>
        <translation>This device waits for approval</translation>
    </message>
    <message>
        <source>Noch einmal fragen</source>
        <translation>Ask again</translation>
    </message>
    <message>
        <source>Anmelden</source>
        <translation>Sign in</translation>
    </message>
    <message>
        <source>Kennwort</source>
        <translation>Password</translation>
    </message>
    <message>
        <source>Gib {firm} diesen Code. Freigegeben wird mit «workstation-hub devices approve».</source>
        <translation>Give this code to {firm}. It is approved with “workstation-hub devices approve”.</translation>
    </message>
    <message>
        <source>deiner Leitung</source>
        <translation>your lead</translation>
    </message>
    <message>
        <source>Deine Anmeldung ist abgelaufen. Entwürfe und Ausgang bleiben, wie sie sind.</source>
        <translation>Your sign-in has expired. Drafts and outbox stay as they are.</translation>
    </message>
</context>
</TS>
