<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="de">
<context>
    <name>Timeline</name>
    <message>
        <source>Nachricht erhalten</source>
        <translation>Message received</translation>
    </message>
    <message>
        <source>Antwort geschrieben</source>
        <translation>Answer written</translation>
    </message>
    <message>
        <source>Anruf</source>
        <translation>Call</translation>
    </message>
    <message>
        <source>Interne Notiz</source>
        <translation>Internal note</translation>
    </message>
    <message>
        <source>Bestellung {number}</source>
        <translation>Order {number}</translation>
    </message>
    <message>
        <source>Zahlung {method}</source>
        <translation>Payment {method}</translation>
    </message>
    <message>
        <source>Sendung {carrier}</source>
        <translation>Parcel {carrier}</translation>
    </message>
    <message>
        <source>Rechnung {number}</source>
        <translation>Invoice {number}</translation>
    </message>
    <message>
        <source>{level}. Mahnung verschickt</source>
        <translation>Dunning notice {level} sent</translation>
    </message>
    <message>
        <source>Verpflichtung: {what}</source>
        <translation>Commitment: {what}</translation>
    </message>
    <message>
        <source>Rücksendung {number}</source>
        <translation>Return {number}</translation>
    </message>
    <message>
        <source>Gutschrift {number}</source>
        <translation>Credit note {number}</translation>
    </message>
    <message>
        <source>Storno {number}</source>
        <translation>Cancellation {number}</translation>
    </message>
    <message>
        <source>Ersatzlieferung {number}</source>
        <translation>Replacement {number}</translation>
    </message>
    <message>
        <source>Gutschein {code}</source>
        <translation>Voucher {code}</translation>
    </message>
    <message>
        <source>Auszahlung an der Kasse {number}</source>
        <translation>Payment at the till {number}</translation>
    </message>
    <message>
        <source>Entscheidung</source>
        <translation>Decision</translation>
    </message>
    <message>
        <source>Zusage</source>
        <translation>Promise</translation>
    </message>
    <message>
        <source>Sendung angekündigt</source>
        <translation>Parcel announced</translation>
    </message>
    <message>
        <source>Vom Versand abgeholt</source>
        <translation>Picked up by the carrier</translation>
    </message>
    <message>
        <source>Unterwegs</source>
        <translation>On its way</translation>
    </message>
    <message>
        <source>In Zustellung</source>
        <translation>Out for delivery</translation>
    </message>
    <message>
        <source>Geliefert</source>
        <translation>Delivered</translation>
    </message>
    <message>
        <source>Zustellung gescheitert</source>
        <translation>Delivery failed</translation>
    </message>
    <message>
        <source>Geht zurück an uns</source>
        <translation>Coming back to us</translation>
    </message>
    <message>
        <source>Als beschädigt gemeldet</source>
        <translation>Reported as damaged</translation>
    </message>
    <message>
        <source>Verspätet</source>
        <translation>Delayed</translation>
    </message>
    <message>
        <source>Karte</source>
        <translation>card</translation>
    </message>
    <message>
        <source>PayPal</source>
        <translation>PayPal</translation>
    </message>
    <message>
        <source>Lastschrift</source>
        <translation>direct debit</translation>
    </message>
    <message>
        <source>auf Rechnung</source>
        <translation>on invoice</translation>
    </message>
    <message>
        <source>bar</source>
        <translation>cash</translation>
    </message>
    <message>
        <source>Vorkasse</source>
        <translation>in advance</translation>
    </message>
    <message>
        <source>Bezahlt</source>
        <translation>Paid</translation>
    </message>
    <message>
        <source>Offen</source>
        <translation>Open</translation>
    </message>
    <message>
        <source>Angewiesen</source>
        <translation>Ordered</translation>
    </message>
    <message>
        <source>Bestellt</source>
        <translation>Ordered</translation>
    </message>
    <message>
        <source>Verschickt</source>
        <translation>Sent</translation>
    </message>
    <message>
        <source>Storniert</source>
        <translation>Cancelled</translation>
    </message>
    <message>
        <source>Gehalten</source>
        <translation>Kept</translation>
    </message>
    <message>
        <source>Nicht gehalten</source>
        <translation>Broken</translation>
    </message>
    <message>
        <source>Zurückgenommen</source>
        <translation>Withdrawn</translation>
    </message>
    <message>
        <source>Angelegt</source>
        <translation>Set up</translation>
    </message>
    <message>
        <source>Eingelöst</source>
        <translation>Redeemed</translation>
    </message>
    <message>
        <source>Angekommen</source>
        <translation>Arrived</translation>
    </message>
    <message>
        <source>Gebucht</source>
        <translation>Booked</translation>
    </message>
    <message>
        <source>Gescheitert</source>
        <translation>Failed</translation>
    </message>
    <message>
        <source>Kam zurück</source>
        <translation>Came back</translation>
    </message>
    <message>
        <source>Erstattet</source>
        <translation>Refunded</translation>
    </message>
    <message>
        <source>Teils erstattet</source>
        <translation>Partly refunded</translation>
    </message>
    <message>
        <source>Bei der Leitung</source>
        <translation>With the lead</translation>
    </message>
    <message>
        <source>Abgelehnt</source>
        <translation>Declined</translation>
    </message>
    <message>
        <source>Mahnstufe 1</source>
        <translation>Dunning level 1</translation>
    </message>
    <message>
        <source>Mahnstufe 2</source>
        <translation>Dunning level 2</translation>
    </message>
    <message>
        <source>Mahnstufe 3</source>
        <translation>Dunning level 3</translation>
    </message>
    <message>
        <source>Nichts ausgewählt</source>
        <translation>Nothing selected</translation>
    </message>
    <message>
        <source>Mahnung gestoppt</source>
        <translation>Dunning stopped</translation>
    </message>
    <message>
        <source>Gutgeschrieben</source>
        <translation>Credited</translation>
    </message>
    <message>
        <source>{amount} gutgeschrieben</source>
        <translation>{amount} credited</translation>
    </message>
    <message>
        <source>{amount} bezahlt</source>
        <translation>{amount} paid</translation>
    </message>
    <message>
        <source>{amount} offen</source>
        <translation>{amount} open</translation>
    </message>
    <message>
        <source>{amount} Guthaben</source>
        <translation>{amount} to their credit</translation>
    </message>
    <message>
        <source>„{title}“</source>
        <translation>“{title}”</translation>
    </message>
</context>
</TS>
