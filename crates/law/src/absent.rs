//! Why nothing holds, in both languages.

use crate::{Law, NotInForce};
use figure::Text;

impl Law {
    /// What [`Law::at`] answers when nothing holds, for a reader: the key, the day, the reason.
    pub fn absence(&self, e: &NotInForce) -> Text {
        let (key, date) = (&e.key, e.date);
        if let Some(m) = self.unrecorded(key, date, &e.division) {
            let of = format!("{} {}", m.standard.number, m.clause);
            let of = of.trim();
            return Text::new(
                format!("不能判定:条款未录入({of} {}):{}", m.title.zh, m.why.zh),
                format!(
                    "cannot be said: provision not recorded ({of} {}): {}",
                    m.title.en, m.why.en
                ),
            );
        }
        let levels = crate::resolve::levels(&e.division);
        let near: Vec<_> = self
            .versions(key)
            .iter()
            .filter(|p| levels.contains(&p.division))
            .collect();
        let zh = match (
            near.iter().map(|p| p.from).min(),
            near.iter().filter_map(|p| p.to).max(),
        ) {
            (None, _) if self.versions(key).is_empty() => "标准库里没有这个键".to_string(),
            (None, _) => "只有其他行政区的规定".to_string(),
            (Some(first), _) if date < first => format!("已知最早的版本自 {first} 起;更早的规定这里没有"),
            (_, Some(last)) if last < date => format!("已知最后的版本到 {last} 止"),
            _ => "没有覆盖这一天的版本".to_string(),
        };
        Text::new(format!("{key} 在 {date} 没有有效的条款:{zh}"), e.to_string())
    }
}
