
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'camsweep' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'camsweep'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'camsweep' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('scan', 'scan', [CompletionResultType]::ParameterValue, 'Sweep the attached subnets or the targets given')
            [CompletionResult]::new('hosts', 'hosts', [CompletionResultType]::ParameterValue, 'List who is there, with their MAC addresses and whose those are, and ask nobody anything')
            [CompletionResult]::new('judge', 'judge', [CompletionResultType]::ParameterValue, 'Judge recorded replies again, without sending a packet')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Make another form of a JSON report or of a stored run, without scanning')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'List the stored runs')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what the store knows of a unit: where it was seen, and what happened to it')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Say what changed: in a stored run against all before, or between two runs or reports')
            [CompletionResult]::new('baseline', 'baseline', [CompletionResultType]::ParameterValue, 'Accept the units that are there now as expected')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write the whole store to one file, for another store to import')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Store reports that were made elsewhere or before, or what another store has exported')
            [CompletionResult]::new('keygen', 'keygen', [CompletionResultType]::ParameterValue, 'Make a key for signatures')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign a report, or any file, in the way of minisign')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check a signature; exit code 10 where the file is not what was signed')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Check that the stored runs are what was stored')
            [CompletionResult]::new('deliver', 'deliver', [CompletionResultType]::ParameterValue, 'Deliver the notices that are waiting, and list those that still are')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Forget the runs that ended before a day, and the units that only they saw')
            [CompletionResult]::new('data', 'data', [CompletionResultType]::ParameterValue, 'Show the data that verdicts rest on: the MAC registry and the makers')
            [CompletionResult]::new('profiles', 'profiles', [CompletionResultType]::ParameterValue, 'Show the profiles: how fast each is, and why it is no faster')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON schema of a format')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Look after the file that options can stand in')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print what a shell reads to complete this command line')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print a page of the manual (roff; `man -l -` shows it)')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'camsweep;scan' {
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave these out; same forms as targets')
            [CompletionResult]::new('--interface', '--interface', [CompletionResultType]::ParameterName, 'Use only this interface; may be given again')
            [CompletionResult]::new('--known', '--known', [CompletionResultType]::ParameterName, 'With --dry-run: the report of the run before, to say what to expect of known hosts')
            [CompletionResult]::new('--for', '--for', [CompletionResultType]::ParameterName, 'How long to listen. UPnP devices announce themselves every quarter of an hour, others at their start only')
            [CompletionResult]::new('--credentials', '--credentials', [CompletionResultType]::ParameterName, 'Log in with what this file has (docs/logins.md): only on confirmed units in the scope of an entry, once each')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'The same for one login; the password comes from CAMSWEEP_PASSWORD or is asked for, never from here')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'How careful to be; `camsweep profiles` shows what that means. The values below take the place of single ones')
            [CompletionResult]::new('--arp-rate', '--arp-rate', [CompletionResultType]::ParameterName, 'ARP requests a second')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'Datagrams a second, in all')
            [CompletionResult]::new('--host-rate', '--host-rate', [CompletionResultType]::ParameterName, 'Datagrams and new connections a second, to one host')
            [CompletionResult]::new('--connections', '--connections', [CompletionResultType]::ParameterName, 'TCP connections open at one time, in all; to one host it is always one')
            [CompletionResult]::new('--connection-rate', '--connection-rate', [CompletionResultType]::ParameterName, 'New TCP connections a second')
            [CompletionResult]::new('--pages', '--pages', [CompletionResultType]::ParameterName, 'HTTP requests to one host, without a login')
            [CompletionResult]::new('--allow-port', '--allow-port', [CompletionResultType]::ParameterName, 'Allow connections to a port that is otherwise never touched (printers, control systems, medical records), where a device announces it as its own; may be given again')
            [CompletionResult]::new('--record', '--record', [CompletionResultType]::ParameterName, 'Write each reply to this file, one a line, for `camsweep judge`')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Keep what is asked and heard in this file, and go on from there when started again with it after an interruption, so that nobody is asked twice (docs/formats.md)')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the report to this file; it is replaced when the report is whole')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write the report to a file in this form as well (html=cctv.html); may be given again')
            [CompletionResult]::new('--site', '--site', [CompletionResultType]::ParameterName, 'Say that everything found is at this site')
            [CompletionResult]::new('--sites', '--sites', [CompletionResultType]::ParameterName, 'Say which network is at which site (docs/formats.md), and which sites are sensitive')
            [CompletionResult]::new('--policy', '--policy', [CompletionResultType]::ParameterName, 'Hold what was found against this policy too (docs/adding-a-policy.md); may be given again')
            [CompletionResult]::new('--register', '--register', [CompletionResultType]::ParameterName, 'Keep an asset register (.csv or .xlsx): what people wrote into it stays, what this run found is merged into it, and the file from before is kept as FILE.bak')
            [CompletionResult]::new('--syslog', '--syslog', [CompletionResultType]::ParameterName, 'When the run is over, send each host as a CEF event by syslog (RFC 5424) to a collector of your own, or write them to a file, one a line; it is replaced when it is whole')
            [CompletionResult]::new('--syslog-ca', '--syslog-ca', [CompletionResultType]::ParameterName, 'Verify the collector of tls:// by these certificates (PEM) in place of the system''s')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in the table')
            [CompletionResult]::new('--oui-file', '--oui-file', [CompletionResultType]::ParameterName, 'Use this MAC registry (the IEEE''s CSV) in place of the embedded one')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Remember this run, and say what changed since the ones before: in a file, in postgres://…, or without a value in the store of this machine (root) or user. Not done unless asked for')
            [CompletionResult]::new('--quiet-unless', '--quiet-unless', [CompletionResultType]::ParameterName, 'Print nothing unless this is the case; several with commas. Errors are always said')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Exit with 10 where this is the case; several with commas')
            [CompletionResult]::new('--mail-to', '--mail-to', [CompletionResultType]::ParameterName, 'Mail what changed to this address; may be given again. A run without a change sends none (docs/notices.md)')
            [CompletionResult]::new('--mail-from', '--mail-from', [CompletionResultType]::ParameterName, 'Whom the mail is from')
            [CompletionResult]::new('--smtp', '--smtp', [CompletionResultType]::ParameterName, 'The mail server: smtps:// (TLS), smtp:// (STARTTLS, and nothing without it) or smtp+plain:// (no TLS, and no login but on this machine)')
            [CompletionResult]::new('--smtp-password-file', '--smtp-password-file', [CompletionResultType]::ParameterName, 'The password of that user: the first line of this file, which only you may read; else CAMSWEEP_SMTP_PASSWORD')
            [CompletionResult]::new('--smtp-ca', '--smtp-ca', [CompletionResultType]::ParameterName, 'Verify the mail server by these certificates (PEM) in place of the system''s')
            [CompletionResult]::new('--webhook', '--webhook', [CompletionResultType]::ParameterName, 'Send what changed to this address as JSON, signed (Standard Webhooks); http:// on this machine only')
            [CompletionResult]::new('--webhook-secret-file', '--webhook-secret-file', [CompletionResultType]::ParameterName, 'The secret that it is signed with: the first line of this file, which only you may read')
            [CompletionResult]::new('--webhook-ca', '--webhook-ca', [CompletionResultType]::ParameterName, 'Verify the server of the webhook by these certificates (PEM) in place of the system''s')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--yes-large', '--yes-large', [CompletionResultType]::ParameterName, 'Allow more than 4096 addresses')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the scope, what each phase sends at the most and how long it takes, and send nothing')
            [CompletionResult]::new('--probe-silent', '--probe-silent', [CompletionResultType]::ParameterName, 'Ask silent addresses beyond a router by TCP too; not in the profile `clinical`')
            [CompletionResult]::new('--no-tcp', '--no-tcp', [CompletionResultType]::ParameterName, 'Open no TCP connection: tables, listening, ARP and discovery datagrams only')
            [CompletionResult]::new('--passive', '--passive', [CompletionResultType]::ParameterName, 'Only listen: send nothing at all, join no group, and report what neighbours say by themselves')
            [CompletionResult]::new('--l2-sadp', '--l2-sadp', [CompletionResultType]::ParameterName, 'Look for Hikvision units by raw Ethernet too, which finds those with an address of another network or with none; needs CAP_NET_RAW (sudo)')
            [CompletionResult]::new('--ipv6', '--ipv6', [CompletionResultType]::ParameterName, 'Ask by link-local multicast over IPv6 too: WS-Discovery and multicast DNS. Who answers only so is listed, and asked no more')
            [CompletionResult]::new('--wait-for-other', '--wait-for-other', [CompletionResultType]::ParameterName, 'Where another run on this machine asks some of the same addresses: wait for its end, in place of refusing')
            [CompletionResult]::new('--no-names', '--no-names', [CompletionResultType]::ParameterName, 'Do not ask reverse DNS for host names')
            [CompletionResult]::new('--i-know', '--i-know', [CompletionResultType]::ParameterName, 'Allow more than the profile `fast` does')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress line')
            [CompletionResult]::new('--no-sandbox', '--no-sandbox', [CompletionResultType]::ParameterName, 'Do not have Linux deny this program execution, files elsewhere and ports for others to call (Landlock)')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'List hosts of no known camera maker too (json, ndjson, ocsf, ecs and cef always do)')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Leave serial numbers, addresses, MAC addresses, host names, sites and places out of the report (not out of --record)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for more')
            [CompletionResult]::new('--no-store', '--no-store', [CompletionResultType]::ParameterName, 'Do not, whatever CAMSWEEP_STORE says')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'camsweep;hosts' {
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave these out; same forms as targets')
            [CompletionResult]::new('--interface', '--interface', [CompletionResultType]::ParameterName, 'Use only this interface; may be given again')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'How careful to be; `camsweep profiles` shows what that means')
            [CompletionResult]::new('--arp-rate', '--arp-rate', [CompletionResultType]::ParameterName, 'ARP requests a second, in place of the profile''s. Above 5000 the waits for answers shrink with it')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the list')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the list to this file; it is replaced when the list is whole')
            [CompletionResult]::new('--oui-file', '--oui-file', [CompletionResultType]::ParameterName, 'Use this MAC registry (the IEEE''s CSV) in place of the embedded one')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--yes-large', '--yes-large', [CompletionResultType]::ParameterName, 'Allow more than 4096 addresses')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the scope, what is sent at the most and how long it takes, and send nothing')
            [CompletionResult]::new('--wait-for-other', '--wait-for-other', [CompletionResultType]::ParameterName, 'Where another run on this machine asks some of the same addresses: wait for its end, in place of refusing')
            [CompletionResult]::new('--i-know', '--i-know', [CompletionResultType]::ParameterName, 'Allow more than the profile `fast` does')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for more')
            [CompletionResult]::new('--no-sandbox', '--no-sandbox', [CompletionResultType]::ParameterName, 'Do not have Linux deny this program execution, files elsewhere and ports for others to call (Landlock)')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'camsweep;judge' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the report to this file; it is replaced when the report is whole')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write the report to a file in this form as well (html=cctv.html); may be given again')
            [CompletionResult]::new('--site', '--site', [CompletionResultType]::ParameterName, 'Say that everything found is at this site')
            [CompletionResult]::new('--sites', '--sites', [CompletionResultType]::ParameterName, 'Say which network is at which site (docs/formats.md), and which sites are sensitive')
            [CompletionResult]::new('--policy', '--policy', [CompletionResultType]::ParameterName, 'Hold what was found against this policy too (docs/adding-a-policy.md); may be given again')
            [CompletionResult]::new('--register', '--register', [CompletionResultType]::ParameterName, 'Keep an asset register (.csv or .xlsx): what people wrote into it stays, what this run found is merged into it, and the file from before is kept as FILE.bak')
            [CompletionResult]::new('--syslog', '--syslog', [CompletionResultType]::ParameterName, 'When the run is over, send each host as a CEF event by syslog (RFC 5424) to a collector of your own, or write them to a file, one a line; it is replaced when it is whole')
            [CompletionResult]::new('--syslog-ca', '--syslog-ca', [CompletionResultType]::ParameterName, 'Verify the collector of tls:// by these certificates (PEM) in place of the system''s')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in the table')
            [CompletionResult]::new('--oui-file', '--oui-file', [CompletionResultType]::ParameterName, 'Use this MAC registry (the IEEE''s CSV) in place of the embedded one')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Remember this run, and say what changed since the ones before: in a file, in postgres://…, or without a value in the store of this machine (root) or user. Not done unless asked for')
            [CompletionResult]::new('--quiet-unless', '--quiet-unless', [CompletionResultType]::ParameterName, 'Print nothing unless this is the case; several with commas. Errors are always said')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Exit with 10 where this is the case; several with commas')
            [CompletionResult]::new('--mail-to', '--mail-to', [CompletionResultType]::ParameterName, 'Mail what changed to this address; may be given again. A run without a change sends none (docs/notices.md)')
            [CompletionResult]::new('--mail-from', '--mail-from', [CompletionResultType]::ParameterName, 'Whom the mail is from')
            [CompletionResult]::new('--smtp', '--smtp', [CompletionResultType]::ParameterName, 'The mail server: smtps:// (TLS), smtp:// (STARTTLS, and nothing without it) or smtp+plain:// (no TLS, and no login but on this machine)')
            [CompletionResult]::new('--smtp-password-file', '--smtp-password-file', [CompletionResultType]::ParameterName, 'The password of that user: the first line of this file, which only you may read; else CAMSWEEP_SMTP_PASSWORD')
            [CompletionResult]::new('--smtp-ca', '--smtp-ca', [CompletionResultType]::ParameterName, 'Verify the mail server by these certificates (PEM) in place of the system''s')
            [CompletionResult]::new('--webhook', '--webhook', [CompletionResultType]::ParameterName, 'Send what changed to this address as JSON, signed (Standard Webhooks); http:// on this machine only')
            [CompletionResult]::new('--webhook-secret-file', '--webhook-secret-file', [CompletionResultType]::ParameterName, 'The secret that it is signed with: the first line of this file, which only you may read')
            [CompletionResult]::new('--webhook-ca', '--webhook-ca', [CompletionResultType]::ParameterName, 'Verify the server of the webhook by these certificates (PEM) in place of the system''s')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'List hosts of no known camera maker too (json, ndjson, ocsf, ecs and cef always do)')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Leave serial numbers, addresses, MAC addresses, host names, sites and places out of the report (not out of --record)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for more')
            [CompletionResult]::new('--no-store', '--no-store', [CompletionResultType]::ParameterName, 'Do not, whatever CAMSWEEP_STORE says')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'camsweep;report' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the report to this file; it is replaced when the report is whole')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write the report to a file in this form as well (html=cctv.html); may be given again')
            [CompletionResult]::new('--site', '--site', [CompletionResultType]::ParameterName, 'Say that everything found is at this site')
            [CompletionResult]::new('--sites', '--sites', [CompletionResultType]::ParameterName, 'Say which network is at which site (docs/formats.md), and which sites are sensitive')
            [CompletionResult]::new('--policy', '--policy', [CompletionResultType]::ParameterName, 'Hold what was found against this policy too (docs/adding-a-policy.md); may be given again')
            [CompletionResult]::new('--register', '--register', [CompletionResultType]::ParameterName, 'Keep an asset register (.csv or .xlsx): what people wrote into it stays, what this run found is merged into it, and the file from before is kept as FILE.bak')
            [CompletionResult]::new('--syslog', '--syslog', [CompletionResultType]::ParameterName, 'When the run is over, send each host as a CEF event by syslog (RFC 5424) to a collector of your own, or write them to a file, one a line; it is replaced when it is whole')
            [CompletionResult]::new('--syslog-ca', '--syslog-ca', [CompletionResultType]::ParameterName, 'Verify the collector of tls:// by these certificates (PEM) in place of the system''s')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in the table')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'List hosts of no known camera maker too (json, ndjson, ocsf, ecs and cef always do)')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Leave serial numbers, addresses, MAC addresses, host names, sites and places out of the report (not out of --record)')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'camsweep;history' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--chart', '--chart', [CompletionResultType]::ParameterName, 'Say in place of the runs how many units each counted: a line of bars for each scope, complete runs only')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;show' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;diff' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write it to this file')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'camsweep;baseline' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('accept', 'accept', [CompletionResultType]::ParameterValue, 'Accept every unit that is there now as expected: --fail-on new passes over it from now on; changed does too for as long as nothing of it changes')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'camsweep;baseline;accept' {
            [CompletionResult]::new('--note', '--note', [CompletionResultType]::ParameterName, 'Why, for who reads it later')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;baseline;help' {
            [CompletionResult]::new('accept', 'accept', [CompletionResultType]::ParameterValue, 'Accept every unit that is there now as expected: --fail-on new passes over it from now on; changed does too for as long as nothing of it changes')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'camsweep;baseline;help;accept' {
            break
        }
        'camsweep;baseline;help;help' {
            break
        }
        'camsweep;export' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;import' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;keygen' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-password', '--no-password', [CompletionResultType]::ParameterName, 'Protect the secret key by no password, for cron: who reads the file can sign')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;sign' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The secret key. Its password comes from CAMSWEEP_KEY_PASSWORD or is asked for')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;verify' {
            [CompletionResult]::new('--public-key', '--public-key', [CompletionResultType]::ParameterName, 'The public key of whoever signed it')
            [CompletionResult]::new('--signature', '--signature', [CompletionResultType]::ParameterName, 'The signature, where it is not in FILE.minisig')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;audit' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Find out whether a stored run was changed, taken away or slipped in; exit code 10 where one was')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'camsweep;audit;verify' {
            [CompletionResult]::new('--noted', '--noted', [CompletionResultType]::ParameterName, 'A last link''s hash that was noted before: it must still be in the chain')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;audit;help' {
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Find out whether a stored run was changed, taken away or slipped in; exit code 10 where one was')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'camsweep;audit;help;verify' {
            break
        }
        'camsweep;audit;help;help' {
            break
        }
        'camsweep;deliver' {
            [CompletionResult]::new('--drop', '--drop', [CompletionResultType]::ParameterName, 'Give up what is waiting of this run; may be given again')
            [CompletionResult]::new('--mail-to', '--mail-to', [CompletionResultType]::ParameterName, 'Mail what changed to this address; may be given again. A run without a change sends none (docs/notices.md)')
            [CompletionResult]::new('--mail-from', '--mail-from', [CompletionResultType]::ParameterName, 'Whom the mail is from')
            [CompletionResult]::new('--smtp', '--smtp', [CompletionResultType]::ParameterName, 'The mail server: smtps:// (TLS), smtp:// (STARTTLS, and nothing without it) or smtp+plain:// (no TLS, and no login but on this machine)')
            [CompletionResult]::new('--smtp-password-file', '--smtp-password-file', [CompletionResultType]::ParameterName, 'The password of that user: the first line of this file, which only you may read; else CAMSWEEP_SMTP_PASSWORD')
            [CompletionResult]::new('--smtp-ca', '--smtp-ca', [CompletionResultType]::ParameterName, 'Verify the mail server by these certificates (PEM) in place of the system''s')
            [CompletionResult]::new('--webhook', '--webhook', [CompletionResultType]::ParameterName, 'Send what changed to this address as JSON, signed (Standard Webhooks); http:// on this machine only')
            [CompletionResult]::new('--webhook-secret-file', '--webhook-secret-file', [CompletionResultType]::ParameterName, 'The secret that it is signed with: the first line of this file, which only you may read')
            [CompletionResult]::new('--webhook-ca', '--webhook-ca', [CompletionResultType]::ParameterName, 'Verify the server of the webhook by these certificates (PEM) in place of the system''s')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;forget' {
            [CompletionResult]::new('--before', '--before', [CompletionResultType]::ParameterName, 'The day (2026-01-31, as it begins in UTC) or the time (RFC 3339) that a run must have ended before')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;data' {
            [CompletionResult]::new('--oui-file', '--oui-file', [CompletionResultType]::ParameterName, 'Show this MAC registry (the IEEE''s CSV) in place of the embedded one')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--questions', '--questions', [CompletionResultType]::ParameterName, 'Show instead what each question can bring from which family of devices, as Markdown')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;profiles' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;schema' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'camsweep;config' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Say what it brings about, and whether a scan would take it; send nothing. Exits with 0 or 2')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'camsweep;config;check' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;config;help' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Say what it brings about, and whether a scan would take it; send nothing. Exits with 0 or 2')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'camsweep;config;help;check' {
            break
        }
        'camsweep;config;help;help' {
            break
        }
        'camsweep;completions' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;man' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read options from this file (docs/configuration.md), in place of the user''s or the machine''s camsweep.toml')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read none from any file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'camsweep;help' {
            [CompletionResult]::new('scan', 'scan', [CompletionResultType]::ParameterValue, 'Sweep the attached subnets or the targets given')
            [CompletionResult]::new('hosts', 'hosts', [CompletionResultType]::ParameterValue, 'List who is there, with their MAC addresses and whose those are, and ask nobody anything')
            [CompletionResult]::new('judge', 'judge', [CompletionResultType]::ParameterValue, 'Judge recorded replies again, without sending a packet')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Make another form of a JSON report or of a stored run, without scanning')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'List the stored runs')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what the store knows of a unit: where it was seen, and what happened to it')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Say what changed: in a stored run against all before, or between two runs or reports')
            [CompletionResult]::new('baseline', 'baseline', [CompletionResultType]::ParameterValue, 'Accept the units that are there now as expected')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write the whole store to one file, for another store to import')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Store reports that were made elsewhere or before, or what another store has exported')
            [CompletionResult]::new('keygen', 'keygen', [CompletionResultType]::ParameterValue, 'Make a key for signatures')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign a report, or any file, in the way of minisign')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check a signature; exit code 10 where the file is not what was signed')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Check that the stored runs are what was stored')
            [CompletionResult]::new('deliver', 'deliver', [CompletionResultType]::ParameterValue, 'Deliver the notices that are waiting, and list those that still are')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Forget the runs that ended before a day, and the units that only they saw')
            [CompletionResult]::new('data', 'data', [CompletionResultType]::ParameterValue, 'Show the data that verdicts rest on: the MAC registry and the makers')
            [CompletionResult]::new('profiles', 'profiles', [CompletionResultType]::ParameterValue, 'Show the profiles: how fast each is, and why it is no faster')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON schema of a format')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Look after the file that options can stand in')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print what a shell reads to complete this command line')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print a page of the manual (roff; `man -l -` shows it)')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'camsweep;help;scan' {
            break
        }
        'camsweep;help;hosts' {
            break
        }
        'camsweep;help;judge' {
            break
        }
        'camsweep;help;report' {
            break
        }
        'camsweep;help;history' {
            break
        }
        'camsweep;help;show' {
            break
        }
        'camsweep;help;diff' {
            break
        }
        'camsweep;help;baseline' {
            [CompletionResult]::new('accept', 'accept', [CompletionResultType]::ParameterValue, 'Accept every unit that is there now as expected: --fail-on new passes over it from now on; changed does too for as long as nothing of it changes')
            break
        }
        'camsweep;help;baseline;accept' {
            break
        }
        'camsweep;help;export' {
            break
        }
        'camsweep;help;import' {
            break
        }
        'camsweep;help;keygen' {
            break
        }
        'camsweep;help;sign' {
            break
        }
        'camsweep;help;verify' {
            break
        }
        'camsweep;help;audit' {
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Find out whether a stored run was changed, taken away or slipped in; exit code 10 where one was')
            break
        }
        'camsweep;help;audit;verify' {
            break
        }
        'camsweep;help;deliver' {
            break
        }
        'camsweep;help;forget' {
            break
        }
        'camsweep;help;data' {
            break
        }
        'camsweep;help;profiles' {
            break
        }
        'camsweep;help;schema' {
            break
        }
        'camsweep;help;config' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Say what it brings about, and whether a scan would take it; send nothing. Exits with 0 or 2')
            break
        }
        'camsweep;help;config;check' {
            break
        }
        'camsweep;help;completions' {
            break
        }
        'camsweep;help;man' {
            break
        }
        'camsweep;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
