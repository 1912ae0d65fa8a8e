//! Checks a whole store, or the segment around one record, against its checksums and its chain.

use crate::record::hex;
use crate::recover::damaged;
use crate::segment::segment_path;
use crate::store::open_segment;
use crate::walk::{Step, Walk};
use crate::{Error, Evidence, Fault, Result};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Report {
    /// Segments read.
    pub segments: u32,
    /// Records whose CRC, number and place in the chain fit.
    pub records: u64,
    /// Groups whose sealed hash fits.
    pub groups: u64,
    /// Bytes of segments read.
    pub bytes: u64,
    /// Content-addressed files whose content has the hash it is announced under.
    pub files: u64,
    /// Running hash after the last record checked (hexadecimal).
    pub head: String,
    /// The first place that does not fit, if there is one.
    pub fault: Option<Fault>,
}

impl Report {
    /// Nothing was found wrong.
    pub fn ok(&self) -> bool {
        self.fault.is_none()
    }
}

impl Evidence {
    /// Checks everything that was durable at the call: every CRC, the numbers, the chain over all segments,
    /// every announced file. Stops at the first fault and names it. Errors are only those of reading.
    pub fn verify(&self) -> Result<Report> {
        let mut report = Report::default();
        let segments: Vec<_> = self.catalog().segments.iter().map(|s| (s.number, s.end)).collect();
        let mut before = None;
        for (number, end) in segments {
            if let Err(error) = self.verify_segment_into(number, end, &mut before, &mut report) {
                return settle(report, error);
            }
        }
        for entry in self.files()? {
            match self.check_file(&entry.sha256) {
                Ok(()) => report.files += 1,
                Err(error) => return settle(report, error),
            }
        }
        Ok(report)
    }

    /// Checks one segment from its header to its end: enough to say that a record in it stands unchanged in
    /// the chain that the next segment's header continues.
    pub fn verify_segment(&self, number: u32) -> Result<Report> {
        let end = self
            .catalog()
            .segment(number)
            .ok_or_else(|| Error::NotFound(format!("segment {number}")))?
            .end;
        let mut report = Report::default();
        match self.verify_segment_into(number, end, &mut None, &mut report) {
            Ok(()) => Ok(report),
            Err(error) => settle(report, error),
        }
    }

    fn verify_segment_into(
        &self,
        number: u32,
        end: u64,
        before: &mut Option<(crate::record::Hash, u64)>,
        report: &mut Report,
    ) -> Result<()> {
        let path = segment_path(&self.0.dir, number);
        let (file, header) = open_segment(&path, number)?;
        let misfit = before.is_some_and(|(hash, seq)| hash != header.before || seq != header.first_seq);
        if misfit || header.segment != number {
            return Err(damaged(
                &path,
                number,
                0,
                Some(header.first_seq),
                "the segment does not continue the one before",
            ));
        }
        let mut walk = Walk::new(&file, &header, end);
        loop {
            match walk.step(&mut |_, _| {}).map_err(Error::io("read", &path))? {
                Step::Group { records } => {
                    report.groups += 1;
                    report.records += u64::from(records);
                }
                Step::End => break,
                Step::Stop { at, why } => {
                    return Err(damaged(&path, number, at, Some(walk.next_seq), why));
                }
            }
        }
        report.segments += 1;
        report.bytes += end;
        report.head = hex(&walk.hash);
        *before = Some((walk.hash, walk.next_seq));
        Ok(())
    }
}

fn settle(mut report: Report, error: Error) -> Result<Report> {
    match error {
        Error::Damaged(fault) => {
            report.fault = Some(*fault);
            Ok(report)
        }
        other => Err(other),
    }
}
