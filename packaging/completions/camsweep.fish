# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_camsweep_global_optspecs
    string join \n config= no-config h/help V/version
end

function __fish_camsweep_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_camsweep_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_camsweep_using_subcommand
    set -l cmd (__fish_camsweep_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c camsweep -n "__fish_camsweep_needs_command" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_needs_command" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_needs_command" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_needs_command" -s V -l version -d 'Print version'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "scan" -d 'Sweep the attached subnets or the targets given'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "hosts" -d 'List who is there, with their MAC addresses and whose those are, and ask nobody anything'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "judge" -d 'Judge recorded replies again, without sending a packet'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "report" -d 'Make another form of a JSON report or of a stored run, without scanning'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "history" -d 'List the stored runs'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "show" -d 'Show what the store knows of a unit: where it was seen, and what happened to it'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "diff" -d 'Say what changed: in a stored run against all before, or between two runs or reports'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "baseline" -d 'Accept the units that are there now as expected'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "export" -d 'Write the whole store to one file, for another store to import'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "import" -d 'Store reports that were made elsewhere or before, or what another store has exported'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "keygen" -d 'Make a key for signatures'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "sign" -d 'Sign a report, or any file, in the way of minisign'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "verify" -d 'Check a signature; exit code 10 where the file is not what was signed'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "audit" -d 'Check that the stored runs are what was stored'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "deliver" -d 'Deliver the notices that are waiting, and list those that still are'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "forget" -d 'Forget the runs that ended before a day, and the units that only they saw'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "data" -d 'Show the data that verdicts rest on: the MAC registry and the makers'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "profiles" -d 'Show the profiles: how fast each is, and why it is no faster'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "schema" -d 'Print the JSON schema of a format'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "config" -d 'Look after the file that options can stand in'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "completions" -d 'Print what a shell reads to complete this command line'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "man" -d 'Print a page of the manual (roff; `man -l -` shows it)'
complete -c camsweep -n "__fish_camsweep_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l exclude -d 'Leave these out; same forms as targets' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l interface -d 'Use only this interface; may be given again' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l known -d 'With --dry-run: the report of the run before, to say what to expect of known hosts' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l for -d 'How long to listen. UPnP devices announce themselves every quarter of an hour, others at their start only' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l credentials -d 'Log in with what this file has (docs/logins.md): only on confirmed units in the scope of an entry, once each' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l login -d 'The same for one login; the password comes from CAMSWEEP_PASSWORD or is asked for, never from here' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l profile -d 'How careful to be; `camsweep profiles` shows what that means. The values below take the place of single ones' -r -f -a "clinical\t'Among devices that may be fragile: slow, TCP only where a sign says camera, and medical devices, controls and printers hear no unicast beyond ARP'
standard\t'In a network like any other'
fast\t'Where the network and its devices are known to be sound'"
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l arp-rate -d 'ARP requests a second' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l rate -d 'Datagrams a second, in all' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l host-rate -d 'Datagrams and new connections a second, to one host' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l connections -d 'TCP connections open at one time, in all; to one host it is always one' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l connection-rate -d 'New TCP connections a second' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l pages -d 'HTTP requests to one host, without a login' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l allow-port -d 'Allow connections to a port that is otherwise never touched (printers, control systems, medical records), where a device announces it as its own; may be given again' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l record -d 'Write each reply to this file, one a line, for `camsweep judge`' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l resume -d 'Keep what is asked and heard in this file, and go on from there when started again with it after an interruption, so that nobody is asked twice (docs/formats.md)' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l format -d 'The form of the report' -r -f -a "table\t'A table for people'
json\t'One JSON document'
ndjson\t'A line for the run, then one for each device'
ocsf\t'A line for each host as an event of OCSF (Device Inventory Info, class 5001)'
ecs\t'The same as an event of ECS, the Elastic Common Schema (8.16.0)'
cef\t'The same as an event of CEF, the Common Event Format; --syslog sends it'
prometheus\t'The counts as gauges for Prometheus\' text file collector'
csv\t'The asset register: a row for each device'
xlsx\t'The same as a workbook, with what was looked at on a sheet of its own; needs --output'
markdown\t'Tables and lists for a ticket or a wiki'
foi\t'One page of counts by site, maker and kind, for a request for information (Markdown; no addresses)'
html\t'One page for a browser or the printer, which needs no other file'"
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l output -d 'Write the report to this file; it is replaced when the report is whole' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l report -d 'Write the report to a file in this form as well (html=cctv.html); may be given again' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l site -d 'Say that everything found is at this site' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l sites -d 'Say which network is at which site (docs/formats.md), and which sites are sensitive' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l policy -d 'Hold what was found against this policy too (docs/adding-a-policy.md); may be given again' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l register -d 'Keep an asset register (.csv or .xlsx): what people wrote into it stays, what this run found is merged into it, and the file from before is kept as FILE.bak' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l syslog -d 'When the run is over, send each host as a CEF event by syslog (RFC 5424) to a collector of your own, or write them to a file, one a line; it is replaced when it is whole' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l syslog-ca -d 'Verify the collector of tls:// by these certificates (PEM) in place of the system\'s' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l color -d 'Colour in the table' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l oui-file -d 'Use this MAC registry (the IEEE\'s CSV) in place of the embedded one' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l store -d 'Remember this run, and say what changed since the ones before: in a file, in postgres://…, or without a value in the store of this machine (root) or user. Not done unless asked for' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l quiet-unless -d 'Print nothing unless this is the case; several with commas. Errors are always said' -r -f -a "changed\t'As with --fail-on changed'
found\t'As with --fail-on found'
incomplete\t'The run is incomplete, or was interrupted'"
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l fail-on -d 'Exit with 10 where this is the case; several with commas' -r -f -a "found\t'A Hikvision or Dahua unit, however sure'
affected\t'A unit with a model and version that a published advisory names'
new\t'A unit that the store did not know, or that was gone and came back; with a baseline any that is not in it, and no other'
changed\t'Any change against what the store knew; with a baseline any unit that is not in it too'"
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l mail-to -d 'Mail what changed to this address; may be given again. A run without a change sends none (docs/notices.md)' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l mail-from -d 'Whom the mail is from' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l smtp -d 'The mail server: smtps:// (TLS), smtp:// (STARTTLS, and nothing without it) or smtp+plain:// (no TLS, and no login but on this machine)' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l smtp-password-file -d 'The password of that user: the first line of this file, which only you may read; else CAMSWEEP_SMTP_PASSWORD' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l smtp-ca -d 'Verify the mail server by these certificates (PEM) in place of the system\'s' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l webhook -d 'Send what changed to this address as JSON, signed (Standard Webhooks); http:// on this machine only' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l webhook-secret-file -d 'The secret that it is signed with: the first line of this file, which only you may read' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l webhook-ca -d 'Verify the server of the webhook by these certificates (PEM) in place of the system\'s' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l yes-large -d 'Allow more than 4096 addresses'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l dry-run -d 'Print the scope, what each phase sends at the most and how long it takes, and send nothing'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l probe-silent -d 'Ask silent addresses beyond a router by TCP too; not in the profile `clinical`'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l no-tcp -d 'Open no TCP connection: tables, listening, ARP and discovery datagrams only'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l passive -d 'Only listen: send nothing at all, join no group, and report what neighbours say by themselves'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l l2-sadp -d 'Look for Hikvision units by raw Ethernet too, which finds those with an address of another network or with none; needs CAP_NET_RAW (sudo)'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l ipv6 -d 'Ask by link-local multicast over IPv6 too: WS-Discovery and multicast DNS. Who answers only so is listed, and asked no more'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l wait-for-other -d 'Where another run on this machine asks some of the same addresses: wait for its end, in place of refusing'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l no-names -d 'Do not ask reverse DNS for host names'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l i-know -d 'Allow more than the profile `fast` does'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l no-progress -d 'Show no progress line'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l no-sandbox -d 'Do not have Linux deny this program execution, files elsewhere and ports for others to call (Landlock)'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l all -d 'List hosts of no known camera maker too (json, ndjson, ocsf, ecs and cef always do)'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l redact -d 'Leave serial numbers, addresses, MAC addresses, host names, sites and places out of the report (not out of --record)'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -s v -l verbose -d 'Say more on standard error; twice for more'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l no-store -d 'Do not, whatever CAMSWEEP_STORE says'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand scan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -l exclude -d 'Leave these out; same forms as targets' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -l interface -d 'Use only this interface; may be given again' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -l profile -d 'How careful to be; `camsweep profiles` shows what that means' -r -f -a "clinical\t'Among devices that may be fragile: slow, TCP only where a sign says camera, and medical devices, controls and printers hear no unicast beyond ARP'
standard\t'In a network like any other'
fast\t'Where the network and its devices are known to be sound'"
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -l arp-rate -d 'ARP requests a second, in place of the profile\'s. Above 5000 the waits for answers shrink with it' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -l format -d 'The form of the list' -r -f -a "table\t'A table for people'
json\t'One JSON document, the report of a scan that asked no questions'
csv\t'A row for each host, with the columns of a scan'"
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -l output -d 'Write the list to this file; it is replaced when the list is whole' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -l oui-file -d 'Use this MAC registry (the IEEE\'s CSV) in place of the embedded one' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -l yes-large -d 'Allow more than 4096 addresses'
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -l dry-run -d 'Print the scope, what is sent at the most and how long it takes, and send nothing'
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -l wait-for-other -d 'Where another run on this machine asks some of the same addresses: wait for its end, in place of refusing'
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -l i-know -d 'Allow more than the profile `fast` does'
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -l no-progress -d 'Show no progress line'
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -s v -l verbose -d 'Say more on standard error; twice for more'
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -l no-sandbox -d 'Do not have Linux deny this program execution, files elsewhere and ports for others to call (Landlock)'
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand hosts" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l format -d 'The form of the report' -r -f -a "table\t'A table for people'
json\t'One JSON document'
ndjson\t'A line for the run, then one for each device'
ocsf\t'A line for each host as an event of OCSF (Device Inventory Info, class 5001)'
ecs\t'The same as an event of ECS, the Elastic Common Schema (8.16.0)'
cef\t'The same as an event of CEF, the Common Event Format; --syslog sends it'
prometheus\t'The counts as gauges for Prometheus\' text file collector'
csv\t'The asset register: a row for each device'
xlsx\t'The same as a workbook, with what was looked at on a sheet of its own; needs --output'
markdown\t'Tables and lists for a ticket or a wiki'
foi\t'One page of counts by site, maker and kind, for a request for information (Markdown; no addresses)'
html\t'One page for a browser or the printer, which needs no other file'"
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l output -d 'Write the report to this file; it is replaced when the report is whole' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l report -d 'Write the report to a file in this form as well (html=cctv.html); may be given again' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l site -d 'Say that everything found is at this site' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l sites -d 'Say which network is at which site (docs/formats.md), and which sites are sensitive' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l policy -d 'Hold what was found against this policy too (docs/adding-a-policy.md); may be given again' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l register -d 'Keep an asset register (.csv or .xlsx): what people wrote into it stays, what this run found is merged into it, and the file from before is kept as FILE.bak' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l syslog -d 'When the run is over, send each host as a CEF event by syslog (RFC 5424) to a collector of your own, or write them to a file, one a line; it is replaced when it is whole' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l syslog-ca -d 'Verify the collector of tls:// by these certificates (PEM) in place of the system\'s' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l color -d 'Colour in the table' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l oui-file -d 'Use this MAC registry (the IEEE\'s CSV) in place of the embedded one' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l store -d 'Remember this run, and say what changed since the ones before: in a file, in postgres://…, or without a value in the store of this machine (root) or user. Not done unless asked for' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l quiet-unless -d 'Print nothing unless this is the case; several with commas. Errors are always said' -r -f -a "changed\t'As with --fail-on changed'
found\t'As with --fail-on found'
incomplete\t'The run is incomplete, or was interrupted'"
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l fail-on -d 'Exit with 10 where this is the case; several with commas' -r -f -a "found\t'A Hikvision or Dahua unit, however sure'
affected\t'A unit with a model and version that a published advisory names'
new\t'A unit that the store did not know, or that was gone and came back; with a baseline any that is not in it, and no other'
changed\t'Any change against what the store knew; with a baseline any unit that is not in it too'"
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l mail-to -d 'Mail what changed to this address; may be given again. A run without a change sends none (docs/notices.md)' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l mail-from -d 'Whom the mail is from' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l smtp -d 'The mail server: smtps:// (TLS), smtp:// (STARTTLS, and nothing without it) or smtp+plain:// (no TLS, and no login but on this machine)' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l smtp-password-file -d 'The password of that user: the first line of this file, which only you may read; else CAMSWEEP_SMTP_PASSWORD' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l smtp-ca -d 'Verify the mail server by these certificates (PEM) in place of the system\'s' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l webhook -d 'Send what changed to this address as JSON, signed (Standard Webhooks); http:// on this machine only' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l webhook-secret-file -d 'The secret that it is signed with: the first line of this file, which only you may read' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l webhook-ca -d 'Verify the server of the webhook by these certificates (PEM) in place of the system\'s' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l all -d 'List hosts of no known camera maker too (json, ndjson, ocsf, ecs and cef always do)'
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l redact -d 'Leave serial numbers, addresses, MAC addresses, host names, sites and places out of the report (not out of --record)'
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -s v -l verbose -d 'Say more on standard error; twice for more'
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l no-store -d 'Do not, whatever CAMSWEEP_STORE says'
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand judge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -l format -d 'The form of the report' -r -f -a "table\t'A table for people'
json\t'One JSON document'
ndjson\t'A line for the run, then one for each device'
ocsf\t'A line for each host as an event of OCSF (Device Inventory Info, class 5001)'
ecs\t'The same as an event of ECS, the Elastic Common Schema (8.16.0)'
cef\t'The same as an event of CEF, the Common Event Format; --syslog sends it'
prometheus\t'The counts as gauges for Prometheus\' text file collector'
csv\t'The asset register: a row for each device'
xlsx\t'The same as a workbook, with what was looked at on a sheet of its own; needs --output'
markdown\t'Tables and lists for a ticket or a wiki'
foi\t'One page of counts by site, maker and kind, for a request for information (Markdown; no addresses)'
html\t'One page for a browser or the printer, which needs no other file'"
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -l output -d 'Write the report to this file; it is replaced when the report is whole' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -l report -d 'Write the report to a file in this form as well (html=cctv.html); may be given again' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -l site -d 'Say that everything found is at this site' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -l sites -d 'Say which network is at which site (docs/formats.md), and which sites are sensitive' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -l policy -d 'Hold what was found against this policy too (docs/adding-a-policy.md); may be given again' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -l register -d 'Keep an asset register (.csv or .xlsx): what people wrote into it stays, what this run found is merged into it, and the file from before is kept as FILE.bak' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -l syslog -d 'When the run is over, send each host as a CEF event by syslog (RFC 5424) to a collector of your own, or write them to a file, one a line; it is replaced when it is whole' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -l syslog-ca -d 'Verify the collector of tls:// by these certificates (PEM) in place of the system\'s' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -l color -d 'Colour in the table' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -l store -d 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -l all -d 'List hosts of no known camera maker too (json, ndjson, ocsf, ecs and cef always do)'
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -l redact -d 'Leave serial numbers, addresses, MAC addresses, host names, sites and places out of the report (not out of --record)'
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c camsweep -n "__fish_camsweep_using_subcommand history" -l store -d 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand history" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand history" -l chart -d 'Say in place of the runs how many units each counted: a line of bars for each scope, complete runs only'
complete -c camsweep -n "__fish_camsweep_using_subcommand history" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand history" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand show" -l store -d 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand show" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand show" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand show" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand diff" -l format -d 'The form' -r -f -a "text\t'For people'
json\t'One JSON document (camsweep.diff/1)'
html\t'One page for a browser or the printer, with a chart of the runs over the same scope'"
complete -c camsweep -n "__fish_camsweep_using_subcommand diff" -l output -d 'Write it to this file' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand diff" -l store -d 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand diff" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand diff" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c camsweep -n "__fish_camsweep_using_subcommand baseline; and not __fish_seen_subcommand_from accept help" -l store -d 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand baseline; and not __fish_seen_subcommand_from accept help" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand baseline; and not __fish_seen_subcommand_from accept help" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand baseline; and not __fish_seen_subcommand_from accept help" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand baseline; and not __fish_seen_subcommand_from accept help" -f -a "accept" -d 'Accept every unit that is there now as expected: --fail-on new passes over it from now on; changed does too for as long as nothing of it changes'
complete -c camsweep -n "__fish_camsweep_using_subcommand baseline; and not __fish_seen_subcommand_from accept help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c camsweep -n "__fish_camsweep_using_subcommand baseline; and __fish_seen_subcommand_from accept" -l note -d 'Why, for who reads it later' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand baseline; and __fish_seen_subcommand_from accept" -l store -d 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand baseline; and __fish_seen_subcommand_from accept" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand baseline; and __fish_seen_subcommand_from accept" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand baseline; and __fish_seen_subcommand_from accept" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand baseline; and __fish_seen_subcommand_from help" -f -a "accept" -d 'Accept every unit that is there now as expected: --fail-on new passes over it from now on; changed does too for as long as nothing of it changes'
complete -c camsweep -n "__fish_camsweep_using_subcommand baseline; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c camsweep -n "__fish_camsweep_using_subcommand export" -l store -d 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand export" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand export" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand export" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand import" -l store -d 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand import" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand import" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand import" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand keygen" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand keygen" -l no-password -d 'Protect the secret key by no password, for cron: who reads the file can sign'
complete -c camsweep -n "__fish_camsweep_using_subcommand keygen" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand keygen" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand sign" -l key -d 'The secret key. Its password comes from CAMSWEEP_KEY_PASSWORD or is asked for' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand sign" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand sign" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand sign" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand verify" -l public-key -d 'The public key of whoever signed it' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand verify" -l signature -d 'The signature, where it is not in FILE.minisig' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand verify" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand verify" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand verify" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand audit; and not __fish_seen_subcommand_from verify help" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand audit; and not __fish_seen_subcommand_from verify help" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand audit; and not __fish_seen_subcommand_from verify help" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand audit; and not __fish_seen_subcommand_from verify help" -f -a "verify" -d 'Find out whether a stored run was changed, taken away or slipped in; exit code 10 where one was'
complete -c camsweep -n "__fish_camsweep_using_subcommand audit; and not __fish_seen_subcommand_from verify help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c camsweep -n "__fish_camsweep_using_subcommand audit; and __fish_seen_subcommand_from verify" -l noted -d 'A last link\'s hash that was noted before: it must still be in the chain' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand audit; and __fish_seen_subcommand_from verify" -l store -d 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand audit; and __fish_seen_subcommand_from verify" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand audit; and __fish_seen_subcommand_from verify" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand audit; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Find out whether a stored run was changed, taken away or slipped in; exit code 10 where one was'
complete -c camsweep -n "__fish_camsweep_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c camsweep -n "__fish_camsweep_using_subcommand deliver" -l drop -d 'Give up what is waiting of this run; may be given again' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand deliver" -l mail-to -d 'Mail what changed to this address; may be given again. A run without a change sends none (docs/notices.md)' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand deliver" -l mail-from -d 'Whom the mail is from' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand deliver" -l smtp -d 'The mail server: smtps:// (TLS), smtp:// (STARTTLS, and nothing without it) or smtp+plain:// (no TLS, and no login but on this machine)' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand deliver" -l smtp-password-file -d 'The password of that user: the first line of this file, which only you may read; else CAMSWEEP_SMTP_PASSWORD' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand deliver" -l smtp-ca -d 'Verify the mail server by these certificates (PEM) in place of the system\'s' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand deliver" -l webhook -d 'Send what changed to this address as JSON, signed (Standard Webhooks); http:// on this machine only' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand deliver" -l webhook-secret-file -d 'The secret that it is signed with: the first line of this file, which only you may read' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand deliver" -l webhook-ca -d 'Verify the server of the webhook by these certificates (PEM) in place of the system\'s' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand deliver" -l store -d 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand deliver" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand deliver" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand deliver" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand forget" -l before -d 'The day (2026-01-31, as it begins in UTC) or the time (RFC 3339) that a run must have ended before' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand forget" -l store -d 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user' -r
complete -c camsweep -n "__fish_camsweep_using_subcommand forget" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand forget" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand forget" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand data" -l oui-file -d 'Show this MAC registry (the IEEE\'s CSV) in place of the embedded one' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand data" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand data" -l questions -d 'Show instead what each question can bring from which family of devices, as Markdown'
complete -c camsweep -n "__fish_camsweep_using_subcommand data" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand data" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand profiles" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand profiles" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand profiles" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand schema" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand schema" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c camsweep -n "__fish_camsweep_using_subcommand config; and not __fish_seen_subcommand_from check help" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand config; and not __fish_seen_subcommand_from check help" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand config; and not __fish_seen_subcommand_from check help" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand config; and not __fish_seen_subcommand_from check help" -f -a "check" -d 'Say what it brings about, and whether a scan would take it; send nothing. Exits with 0 or 2'
complete -c camsweep -n "__fish_camsweep_using_subcommand config; and not __fish_seen_subcommand_from check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c camsweep -n "__fish_camsweep_using_subcommand config; and __fish_seen_subcommand_from check" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand config; and __fish_seen_subcommand_from check" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "check" -d 'Say what it brings about, and whether a scan would take it; send nothing. Exits with 0 or 2'
complete -c camsweep -n "__fish_camsweep_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c camsweep -n "__fish_camsweep_using_subcommand completions" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand completions" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand completions" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand man" -l config -d 'Read options from this file (docs/configuration.md), in place of the user\'s or the machine\'s camsweep.toml' -r -F
complete -c camsweep -n "__fish_camsweep_using_subcommand man" -l no-config -d 'Read none from any file'
complete -c camsweep -n "__fish_camsweep_using_subcommand man" -s h -l help -d 'Print help'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "scan" -d 'Sweep the attached subnets or the targets given'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "hosts" -d 'List who is there, with their MAC addresses and whose those are, and ask nobody anything'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "judge" -d 'Judge recorded replies again, without sending a packet'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "report" -d 'Make another form of a JSON report or of a stored run, without scanning'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "history" -d 'List the stored runs'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "show" -d 'Show what the store knows of a unit: where it was seen, and what happened to it'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "diff" -d 'Say what changed: in a stored run against all before, or between two runs or reports'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "baseline" -d 'Accept the units that are there now as expected'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "export" -d 'Write the whole store to one file, for another store to import'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "import" -d 'Store reports that were made elsewhere or before, or what another store has exported'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "keygen" -d 'Make a key for signatures'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "sign" -d 'Sign a report, or any file, in the way of minisign'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "verify" -d 'Check a signature; exit code 10 where the file is not what was signed'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "audit" -d 'Check that the stored runs are what was stored'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "deliver" -d 'Deliver the notices that are waiting, and list those that still are'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "forget" -d 'Forget the runs that ended before a day, and the units that only they saw'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "data" -d 'Show the data that verdicts rest on: the MAC registry and the makers'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "profiles" -d 'Show the profiles: how fast each is, and why it is no faster'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "schema" -d 'Print the JSON schema of a format'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "config" -d 'Look after the file that options can stand in'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "completions" -d 'Print what a shell reads to complete this command line'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "man" -d 'Print a page of the manual (roff; `man -l -` shows it)'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and not __fish_seen_subcommand_from scan hosts judge report history show diff baseline export import keygen sign verify audit deliver forget data profiles schema config completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and __fish_seen_subcommand_from baseline" -f -a "accept" -d 'Accept every unit that is there now as expected: --fail-on new passes over it from now on; changed does too for as long as nothing of it changes'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and __fish_seen_subcommand_from audit" -f -a "verify" -d 'Find out whether a stored run was changed, taken away or slipped in; exit code 10 where one was'
complete -c camsweep -n "__fish_camsweep_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "check" -d 'Say what it brings about, and whether a scan would take it; send nothing. Exits with 0 or 2'
