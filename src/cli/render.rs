//! The report in the forms that the user chose, and the files that it goes to.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Failure;
use super::args::{Color, Destination, FormArgs, Format};
use super::file::WholeFile;
use super::outbox::SyslogTo;
use super::register::RegisterFile;
use crate::report::model::Report;
use crate::report::register::Register;
use crate::report::{cef, csv, ecs, foi, html, json, markdown, ndjson, ocsf, prometheus, table, xlsx};

/// The whole report as bytes. `terminal`: it goes to one that shows colour.
///
/// # Errors
/// None in practice: memory takes every byte.
pub fn render(report: &Report, format: Format, form: &FormArgs, terminal: bool) -> io::Result<Vec<u8>> {
    let style = table::Style {
        colour: form.color == Color::Always || form.color == Color::Auto && terminal,
        all: form.all,
    };
    let mut bytes = Vec::new();
    match format {
        Format::Table => table::write(report, style, &mut bytes)?,
        Format::Json => json::write(report, &mut bytes)?,
        Format::Ndjson => ndjson::write(report, &mut bytes)?,
        Format::Ocsf => ocsf::write(report, &mut bytes)?,
        Format::Ecs => ecs::write(report, &mut bytes)?,
        Format::Cef => bytes.extend(cef::text(report).bytes()),
        Format::Prometheus => bytes.extend(prometheus::text(report).bytes()),
        Format::Csv => csv::write(&Register::of(report, form.all), &mut bytes)?,
        Format::Xlsx => bytes = xlsx::bytes(report, &Register::of(report, form.all))?,
        Format::Html => bytes.extend(html::text(report, form.all).bytes()),
        Format::Foi => bytes.extend(foi::text(report).bytes()),
        Format::Markdown => bytes.extend(markdown::text(report, form.all).bytes()),
    }
    Ok(bytes)
}

/// The files that the report goes to: begun before anything is sent, so that a bad name costs no scan.
#[derive(Debug)]
pub struct Files {
    reports: Vec<(Destination, WholeFile)>,
    register: Option<RegisterFile>,
}

impl Files {
    /// Begins each.
    ///
    /// # Errors
    /// Where two have one name or that of one of the files that are read, or one cannot be written.
    pub fn begin<'a>(form: &'a FormArgs, inputs: impl IntoIterator<Item = &'a Path>) -> Result<Self, Failure> {
        check(form, [], inputs)?;
        let output = form.output.clone().map(|file| Destination {
            format: form.format,
            file,
        });
        let begin = |to: Destination| WholeFile::begin(&to.file).map(|file| (to, file));
        let all = output.into_iter().chain(form.report.iter().cloned());
        Ok(Files {
            reports: all.map(begin).collect::<Result<_, _>>()?,
            register: form.register.as_deref().map(RegisterFile::begin).transpose()?,
        })
    }

    /// Writes each and puts it in its place; one that cannot be written does not keep the others from it. What is to be
    /// said of the register comes back.
    ///
    /// # Errors
    /// The first file that could not be written.
    pub fn finish(self, report: &Report, form: &FormArgs) -> Result<String, Failure> {
        let reports = self.reports.into_iter();
        let written = reports.map(|(to, file)| write(report, form, &to, file));
        // Every one is written before the first failure is looked at.
        let written: Vec<_> = written.collect();
        let register = self.register.map(|register| register.finish(report, form.all));
        written.into_iter().collect::<Result<(), _>>()?;
        Ok(register.transpose()?.unwrap_or_default())
    }
}

/// The form, or the table in the place of one that is not printed.
pub fn printable(format: Format) -> Format {
    match format {
        Format::Xlsx => Format::Table,
        other => other,
    }
}

fn write(report: &Report, form: &FormArgs, to: &Destination, mut file: WholeFile) -> Result<(), Failure> {
    let bytes = render(report, to.format, form, false);
    let written = bytes.and_then(|bytes| file.write_all(&bytes).and_then(|()| file.finish()));
    written.map_err(|error| {
        let name = to.file.display().to_string();
        Failure::could_not_run(
            format!("cannot write the report {name:?}: {error}"),
            "see --output and --report",
        )
    })
}

/// Whether each file that is written has a name of its own, which is that of no file that is read, and a workbook has
/// one at all. `more`: the files that a scan writes beside the report, each with its option.
///
/// # Errors
/// The two options that name one file, or the one that is missing.
pub fn check<'a>(
    form: &'a FormArgs,
    more: impl IntoIterator<Item = (&'static str, &'a Path)>,
    inputs: impl IntoIterator<Item = &'a Path>,
) -> Result<(), Failure> {
    if form.format == Format::Xlsx && form.output.is_none() {
        return Err(Failure::usage(
            "a workbook (xlsx) is not printed: it needs a file",
            "name one: --format xlsx --output register.xlsx, or --report xlsx=register.xlsx beside what is printed",
        ));
    }
    let backup = form.register.as_deref().map(RegisterFile::backup);
    let mut named: Vec<(&str, &Path)> = Vec::new();
    named.extend(form.output.as_deref().map(|file| ("--output", file)));
    named.extend(form.report.iter().map(|to| ("--report", to.file.as_path())));
    for (option, file) in more {
        named.push((option, file));
    }
    let events = form.syslog.as_ref().and_then(SyslogTo::file);
    named.extend(events.map(|file| ("--syslog", file.as_path())));
    named.extend(form.register.as_deref().map(|file| ("--register", file)));
    named.extend(backup.as_deref().map(|file| ("the copy that --register keeps", file)));
    let inputs = inputs
        .into_iter()
        .chain(form.sites.as_deref())
        .chain(form.syslog_ca.as_deref());
    let inputs: Vec<PathBuf> = inputs
        .chain(form.policy.iter().map(PathBuf::as_path))
        .map(place)
        .collect();
    while let Some((option, file)) = named.pop() {
        let name = file.display().to_string();
        if let Some((other, _)) = named.iter().find(|(_, other)| place(other) == place(file)) {
            return Err(Failure::usage(
                format!("{other} and {option} both name {name:?}"),
                "name two files",
            ));
        }
        if inputs.contains(&place(file)) {
            return Err(Failure::usage(
                format!("{option} names {name:?}, which is read"),
                "name another file: what is read is not overwritten",
            ));
        }
    }
    Ok(())
}

/// Where a file is or will be, by whatever way it is named.
pub(super) fn place(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = std::fs::canonicalize(folder.unwrap_or(Path::new(".")));
    let within = |folder: PathBuf| Some(folder.join(file.file_name()?));
    let whole = std::fs::canonicalize(file).ok().or_else(|| within(folder.ok()?));
    whole.unwrap_or_else(|| file.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;
    use serde_json::Value;

    use super::*;
    use crate::report::sample::{self, NASTY, markup, report, tampered_report};

    fn written(format: Format, said: &str) -> Vec<u8> {
        let form = FormArgs {
            all: true,
            ..FormArgs::default()
        };
        render(&tampered_report(said), format, &form, false).unwrap()
    }

    fn text(format: Format, said: &str) -> String {
        String::from_utf8(written(format, said)).unwrap_or_else(|_| panic!("{format:?} of {said:?} is no UTF-8"))
    }

    /// As many lines as for a tame text, each of them JSON; or one document.
    fn is_json(format: Format, said: &str) {
        let text = text(format, said);
        assert_eq!(
            text.lines().count(),
            self::text(format, "x").lines().count(),
            "{said:?}"
        );
        let whole = serde_json::from_str::<Value>(&text);
        assert!(
            whole.is_ok() || text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()),
            "{format:?} of {said:?}: {text}"
        );
    }

    fn is_plain(format: Format, said: &str) {
        let text = text(format, said);
        assert!(sample::is_plain(&text), "{format:?} of {said:?}: {text}");
    }

    /// Plain, and a text makes no line of its own.
    fn is_lines(format: Format, said: &str) {
        is_plain(format, said);
        assert_eq!(
            text(format, said).lines().count(),
            text(format, "x").lines().count(),
            "{format:?} of {said:?}"
        );
    }

    /// Plain, and as much markup as a tame text makes.
    fn is_page(format: Format, said: &str) {
        is_plain(format, said);
        assert_eq!(markup(&text(format, said)), markup(&text(format, "x")), "{said:?}");
    }

    /// Lines, and no cell that a spreadsheet would work out.
    fn is_sheet(format: Format, said: &str) {
        is_lines(format, said);
        let text = text(format, said);
        let mut cells = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        for cell in cells
            .records()
            .map(Result::unwrap)
            .flat_map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>())
        {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{cell:?} of {said:?}");
        }
    }

    #[test]
    fn people_are_told_what_protected_the_run() {
        let mut report = report(Vec::new());
        report.plan.given_up = vec!["all capabilities".into(), "execution (Landlock)".into()];
        for format in [Format::Table, Format::Markdown, Format::Html] {
            let written = render(&report, format, &FormArgs::default(), false).unwrap();
            let words = String::from_utf8(written)
                .unwrap()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            let line = "camsweep had given up before it heard anything: all capabilities; execution";
            assert!(words.contains(line), "{format:?}: {words}");
        }
    }

    /// Every format is here; how each escapes is shown beside it.
    #[test]
    fn nasty_strings_in_every_field_break_no_format() {
        for format in Format::value_variants() {
            for said in NASTY {
                match format {
                    Format::Json | Format::Ndjson | Format::Ocsf | Format::Ecs => is_json(*format, said),
                    Format::Csv => is_sheet(*format, said),
                    Format::Html => is_page(*format, said),
                    Format::Cef | Format::Foi => is_lines(*format, said),
                    // Here a long text takes more lines, or a site more gauges.
                    Format::Table | Format::Markdown | Format::Prometheus => is_plain(*format, said),
                    Format::Xlsx => assert!(written(*format, said).starts_with(b"PK"), "{said:?}"),
                }
            }
        }
    }
}
