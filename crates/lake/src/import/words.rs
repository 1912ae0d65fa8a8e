//! What the short names of refusals mean, for pages.

use figure::Text;

/// Name, what it means in Chinese and English, what to do in Chinese (the English remedy stands with the refusal).
const REASONS: [(&str, &str, &str, &str); 10] = [
    (
        "wrong-columns",
        "列数与表头不符",
        "number of cells",
        "补上缺的格(空格也要),含逗号的格加引号",
    ),
    (
        "bad-time",
        "时间写法不对",
        "time cannot be read",
        "按格式写时间,用北京时间",
    ),
    (
        "future",
        "时间在将来",
        "time in the future",
        "核对年份,并确认是北京时间",
    ),
    (
        "duplicate",
        "地点和时间重复",
        "place and time again",
        "两行留一行,或把后来的一行另存为文件再导入",
    ),
    (
        "unknown-place",
        "地点不认识",
        "unknown place",
        "改正名称,或先补入参照表再导入",
    ),
    (
        "ambiguous-place",
        "地点不唯一",
        "ambiguous place",
        "改正名称,或先补入参照表再导入",
    ),
    ("bad-number", "不是数", "not a number", "写数字和小数点,或留空"),
    ("negative", "负值", "negative value", "核对单位和列;改正该格或标为缺测"),
    (
        "absurd",
        "超出可能的范围",
        "implausible value",
        "核对单位和列;改正该格或标为缺测",
    ),
    ("too-precise", "小数位过多", "too many decimals", "按仪器给出的位数修约"),
];

/// What a refusal's name means, and its remedy in Chinese.
pub fn reason_words(name: &str) -> Option<(Text, &'static str)> {
    REASONS
        .iter()
        .find(|(n, ..)| *n == name)
        .map(|(_, zh, en, remedy)| (Text::new(*zh, *en), *remedy))
}
