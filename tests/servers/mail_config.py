"""The configuration of the private Postfix and Dovecot, written into their temporary folder."""

import os
from dataclasses import dataclass
from pathlib import Path

# Files of the mailboxes belong to this number; no user of that name has to exist.
MAIL_UID = 5000


@dataclass(frozen=True)
class Ports:
    """Loopback ports: plain ones offer STARTTLS, the others speak TLS from the first byte."""

    smtp: int
    smtps: int
    imap: int
    imaps: int


MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/state
config_directory = {folder}/postfix
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file_prefixes = {folder}
maillog_file = {folder}/postfix.log

inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.shop.test
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
alias_database =
local_transport = error:there are no local users
# Nothing can leave: every address outside the invented domains ends here.
default_transport = error:this network has no way out
relay_transport = error:this network has no way out

virtual_mailbox_domains = regexp:{folder}/maps/domains
virtual_mailbox_base = {folder}/mailboxes
virtual_mailbox_maps = {kind}:{folder}/maps/mailboxes
virtual_minimum_uid = {uid}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{uid}
virtual_mailbox_limit = 0
message_size_limit = {size_limit}
transport_maps = {kind}:{folder}/maps/transports

smtpd_recipient_restrictions = check_recipient_access {kind}:{folder}/maps/refused, permit_mynetworks, reject
smtpd_relay_restrictions = reject_unauth_destination
smtpd_reject_unlisted_recipient = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {folder}/dovecot/run/postfix-auth
smtpd_tls_security_level = may
smtpd_tls_cert_file = {folder}/certificate.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_delay_reject = yes
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
smtputf8_enable = yes
biff = no
# Bounces within the second, retries within two: a test must not wait for a postman's patience.
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
in_flow_delay = 0
"""

MASTER_CF = """\
127.0.0.1:{smtp}  inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
pickup     unix n - n 60 1 pickup
cleanup    unix n - n - 0 cleanup
qmgr       unix n - n 300 1 qmgr
tlsmgr     unix - - n 1000? 1 tlsmgr
rewrite    unix - - n - - trivial-rewrite
bounce     unix - - n - 0 bounce
defer      unix - - n - 0 bounce
trace      unix - - n - 0 bounce
verify     unix - - n - 1 verify
flush      unix n - n 1000? 0 flush
proxymap   unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp       unix - - n - - smtp
relay      unix - - n - - smtp
showq      unix n - n - - showq
error      unix - - n - - error
retry      unix - - n - - error
discard    unix - - n - - discard
bouncing   unix - n n - - pipe
  user=nobody argv={folder}/bounce ${{nexthop}}
virtual    unix - n n - - virtual
anvil      unix - - n - 1 anvil
scache     unix - - n - 1 scache
postlog    unix-dgram n - n - 1 postlogd
"""

# Dovecot 2.4 gave other names to a few settings; everything below DOVECOT_CONF is the same for both.
# Loopback only: a test may sign in without TLS.
DOVECOT_23 = """\
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
mail_location = maildir:{folder}/mailboxes/%d/%n
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={uid} home={folder}/mailboxes/%d/%n
}}
"""
DOVECOT_24 = """\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
ssl_server_cert_file = {folder}/certificate.pem
ssl_server_key_file = {folder}/key.pem
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {folder}/mailboxes/%{{user|domain}}/%{{user|username}}
passdb passwd-file {{
  default_password_scheme = PLAIN
  passwd_file_path = {folder}/users
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {uid}
    home = {folder}/mailboxes/%{{user|domain}}/%{{user|username}}
  }}
}}
"""
DOVECOT_CONF = """\
base_dir = {folder}/dovecot/run
state_dir = {folder}/dovecot/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
auth_mechanisms = plain login
auth_failure_delay = 0
mail_max_userip_connections = 100
first_valid_uid = {uid}
last_valid_uid = {uid}
mail_uid = {uid}
mail_gid = {uid}
default_login_user = nobody
default_internal_user = nobody
default_internal_group = nogroup
default_process_limit = 200
imap_idle_notify_interval = 30s
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    special_use = \\Sent
    auto = subscribe
  }}
  mailbox Archive {{
    special_use = \\Archive
    auto = subscribe
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service auth {{
  unix_listener postfix-auth {{
    mode = 0666
  }}
}}
# A wrong password is answered at once.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""

# Postfix takes the mail and asks this program to deliver it: exit status 69 means never.
BOUNCE = """\
#!/bin/sh
echo "$1"
exit 69
"""

DOMAINS = "/^[^@]+\\.test$/ OK\n"


def write_aged(file: Path, text: str) -> None:
    """Write a file that looks a minute old: Postfix waits two seconds before it trusts a newer main.cf."""
    file.write_text(text, "utf-8")
    minute_ago = file.stat().st_mtime - 60
    os.utime(file, (minute_ago, minute_ago))


def write(folder: Path, ports: Ports, daemons: Path, kind: str, size_limit: int, dovecot: str) -> None:
    """Write all files below `folder`.

    `kind` is the map type Postfix has (hash or lmdb), `size_limit` is in bytes, `dovecot` its version.
    """
    for name in ("postfix", "spool", "state", "maps", "mailboxes", "dovecot", "dovecot/run", "dovecot/state"):
        (folder / name).mkdir(mode=0o755, parents=True, exist_ok=True)
    main = MAIN_CF.format(folder=folder, daemons=daemons, kind=kind, uid=MAIL_UID, size_limit=size_limit)
    write_aged(folder / "postfix/main.cf", main)
    master = MASTER_CF.format(folder=folder, smtp=ports.smtp, smtps=ports.smtps)
    (folder / "postfix/master.cf").write_text(master, "utf-8")
    by_version = DOVECOT_23 if dovecot.startswith("2.3") else DOVECOT_24
    text = (by_version + DOVECOT_CONF).format(folder=folder, uid=MAIL_UID, imap=ports.imap, imaps=ports.imaps)
    (folder / "dovecot.conf").write_text(text, "utf-8")
    (folder / "maps/domains").write_text(DOMAINS, "utf-8")
    for name in ("mailboxes", "transports", "refused"):
        (folder / "maps" / name).touch()
    (folder / "bounce").write_text(BOUNCE, "utf-8")
    (folder / "bounce").chmod(0o755)
    (folder / "users").touch()
