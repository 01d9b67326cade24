// SPDX-License-Identifier: Apache-2.0
#include "document/yamldocument.h"

#include "base/plaintext.h"
#include "document/yamlscan.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <QSet>

#include <algorithm>
#include <chrono>
#include <istream>
#include <streambuf>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu::yamlscan;

namespace jiagu {

namespace {

constexpr qsizetype maximumSize = 4 << 20;
constexpr int maximumNodes = 200'000;
constexpr int maximumDepth = 64;
// The parser keeps the tokens of a flow collection until it has seen the end of it: about 250 bytes each.
constexpr int maximumPending = 200'000;
// Far beyond what the largest allowed file takes on a slow machine.
constexpr std::chrono::seconds maximumTime{20};
constexpr int maximumMerges = 64;
constexpr QByteArrayView byteOrderMark = "\xEF\xBB\xBF";

/// Leaves the parser from inside an event; caught at the edge.
struct Stop
{
    Error::Kind kind;
    Message why;
    qsizetype offset;
};

Message tooMuch()
{
    return message(
        u"The YAML text is too complex to be read: more than %1 nodes, or too long to take in. No Kubernetes "
        "file is; look at what wrote it."_s,
        u"该 YAML 文本过于复杂，无法读取：节点数超过 %1 个，或解析耗时过长。正常的 Kubernetes 文件不会如此，请检查该文件的来源。"_s,
        QString::number(maximumNodes));
}

Message tooDeep()
{
    return message(
        u"The YAML text is nested deeper than %1 levels and is not read further. No Kubernetes file is; look "
        "at what wrote it."_s,
        u"该 YAML 文本的嵌套超过 %1 层，不再继续读取。正常的 Kubernetes 文件不会如此，请检查该文件的来源。"_s,
        QString::number(maximumDepth));
}

Message describeFlaw(Flaw flaw)
{
    switch (flaw) {
    case Flaw::NotUtf8:
        return message(u"The file is not UTF-8 text here, so no component can read it as YAML. Save it as UTF-8."_s,
            u"此处不是有效的 UTF-8 文本，组件无法将其作为 YAML 读取。请将文件保存为 UTF-8 编码。"_s);
    case Flaw::Null:
        return message(
            u"The file has a zero byte here, so it is not YAML text: it is damaged or a binary file. Put back "
            "an intact copy."_s,
            u"此处有一个零字节，文件不是 YAML 文本：可能已损坏，或是二进制文件。请恢复完好的副本。"_s);
    case Flaw::Control:
        return message(u"There is a character here that YAML does not allow (a control character or a byte order mark "
                       "inside the file). Remove it."_s,
            u"此处有 YAML 不允许的字符（控制字符，或位于文件中间的字节顺序标记）。请将其删除。"_s);
    case Flaw::CarriageReturn:
        return message(
            u"There is a carriage return without a line feed here: programs disagree on whether a line ends. "
            "Write line ends as LF or CRLF."_s,
            u"此处的回车符（CR）后面没有换行符（LF），不同程序对是否换行的理解不一致。请使用 LF 或 CRLF 换行。"_s);
    case Flaw::LineSeparator:
        return message(u"There is a Unicode line separator here: programs disagree on whether a line ends. Replace it "
                       "by a line feed or a blank."_s,
            u"此处有 Unicode 行分隔符，不同程序对是否换行的理解不一致。请将其替换为换行符或空格。"_s);
    }
    return {};
}

/// What the parser said, as a clause in both languages.
Message clause(const std::string &text)
{
    struct Known
    {
        const char *parser;
        QString en;
        QString zh;
    };
    namespace Said = YAML::ErrorMsg;
    static const QList<Known> all{
        {Said::TAB_IN_INDENTATION, u"a tab stands where only blanks may indent"_s,
            u"缩进处使用了制表符，只能用空格缩进"_s},
        {Said::MAP_VALUE, u"a “:” stands where no value may start (often an indentation that does not match)"_s,
            u"“:”出现在不能有值的位置（通常是缩进没有对齐）"_s},
        {Said::MAP_KEY, u"a key stands where none may be"_s, u"键出现在不允许的位置"_s},
        {Said::BLOCK_ENTRY, u"a “-” stands where no list item may start"_s, u"“-”出现在不能有列表项的位置"_s},
        {Said::END_OF_MAP,
            u"the text does not fit into the mapping around it (often a missing “:” or an indentation "
            "that does not match)"_s,
            u"此处内容不属于所在的映射（通常是缺少“:”或缩进没有对齐）"_s},
        {Said::END_OF_SEQ,
            u"the text does not fit into the list around it (often a missing “-” or an indentation that "
            "does not match)"_s,
            u"此处内容不属于所在的列表（通常是缺少“-”或缩进没有对齐）"_s},
        {Said::END_OF_MAP_FLOW, u"a “{” is not closed"_s, u"“{”没有闭合"_s},
        {Said::END_OF_SEQ_FLOW, u"a “[” is not closed"_s, u"“[”没有闭合"_s},
        {Said::FLOW_END, u"a “]” or “}” closes nothing"_s, u"“]”或“}”没有对应的开括号"_s},
        {Said::EOF_IN_SCALAR, u"a quote is not closed"_s, u"引号没有闭合"_s},
        {Said::DOC_IN_SCALAR, u"a “---” or “...” line stands inside quotes"_s, u"引号内出现了“---”或“...”行"_s},
        {Said::UNKNOWN_TOKEN, u"a character stands here that cannot start a value"_s, u"此处的字符不能作为值的开头"_s},
        {Said::UNKNOWN_ANCHOR, u"an alias (*) names an anchor (&) that does not exist"_s,
            u"别名（*）引用的锚点（&）不存在"_s},
        {Said::INVALID_ESCAPE, u"a backslash in double quotes is followed by an unknown character"_s,
            u"双引号内反斜杠后面的字符无效"_s},
        {Said::INVALID_HEX, u"a backslash escape in double quotes is not hexadecimal"_s,
            u"双引号内的转义不是十六进制数"_s},
        {Said::INVALID_UNICODE, u"a backslash escape in double quotes is no character"_s,
            u"双引号内的转义不是有效字符"_s},
        {Said::CHAR_IN_BLOCK, u"something stands behind “|” or “>”"_s, u"“|”或“>”后面有多余内容"_s},
    };
    for (const Known &known : all) {
        if (text.starts_with(known.parser))
            return {known.en, known.zh};
    }
    const QString raw = plainText(QByteArrayView(text.data(), qsizetype(text.size())));
    return {raw, u"解析器报告“"_s + raw + u"”"_s};
}

Message notYaml(const Message &why)
{
    return message(u"This is not valid YAML: %1. Correct the line."_s, u"YAML 语法错误：%1。请修正该行。"_s, why);
}

/// The bytes as the parser reads them, and how much it has taken since it last told something.
class Source : public std::streambuf
{
public:
    explicit Source(QByteArrayView bytes)
        : m_bytes(bytes)
        , m_deadline(std::chrono::steady_clock::now() + maximumTime)
    {
    }
    void heard() { m_pending = 0; }
    bool isLate() const { return std::chrono::steady_clock::now() > m_deadline; }
    bool isExhausted() const { return m_exhausted; }

protected:
    int_type underflow() override
    {
        if (gptr() < egptr())
            return traits_type::to_int_type(*gptr());
        const qsizetype size = std::min<qsizetype>(2048, m_bytes.size() - m_at);
        if (size == 0)
            return traits_type::eof();
        const QByteArrayView chunk = m_bytes.sliced(m_at, size);
        for (const char character : chunk)
            m_pending += QByteArrayView(",[]{}\"'*&!?:-").contains(character) ? 1 : 0;
        if (m_pending > maximumPending || isLate()) {
            m_exhausted = true;
            return traits_type::eof();
        }
        // A stream buffer reads through char *, though it never writes here.
        char *data = const_cast<char *>(chunk.data());
        setg(m_at == 0 ? data : eback(), data, data + size);
        m_at += size;
        return traits_type::to_int_type(*gptr());
    }

private:
    QByteArrayView m_bytes;
    qsizetype m_at = 0;
    int m_pending = 0;
    bool m_exhausted = false;
    std::chrono::steady_clock::time_point m_deadline;
};

bool isNullWord(QByteArrayView text)
{
    return text == "~" || text == "null" || text == "Null" || text == "NULL";
}

} // namespace

bool YamlNode::isNull() const
{
    return kind == Kind::Scalar && style == Style::Plain && tag.isEmpty() && (value.isEmpty() || isNullWord(value));
}

/// Builds the arena of a document from the parser's events, which tell where a node starts; where it ends is read from
/// the text.
class YamlReader : public YAML::EventHandler
{
public:
    YamlReader(YamlDocument &document, Source &source, qsizetype offset)
        : m_document(document)
        , m_source(source)
        , m_text(document.m_bytes)
        , m_offset(offset)
        , m_cursor(offset)
    {
    }
    qsizetype cursor() const { return m_cursor; }
    qsizetype offsetOf(const YAML::Mark &mark) const
    {
        return mark.is_null() ? m_cursor : std::clamp<qsizetype>(mark.pos + m_offset, 0, m_text.size());
    }

    void OnDocumentStart(const YAML::Mark &mark) override
    {
        if (m_documents++ == 0)
            return;
        const qsizetype at = offsetOf(mark);
        if (!m_text.sliced(at).startsWith("---"))
            throw Stop{Error::Kind::Parse,
                message(
                    u"This is not valid YAML: the text from here on does not belong to what stands before it (often "
                    "an indentation that does not match). Correct the line."_s,
                    u"YAML 语法错误：从此处起的内容不属于前面的结构（通常是缩进没有对齐）。请修正该行。"_s),
                at};
        m_document.m_problems.append({YamlProblem::Kind::SeveralDocuments, m_document.m_root, {}});
        throw Stop{Error::Kind::Failed, {}, at};
    }
    void OnDocumentEnd() override { }

    void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override
    {
        YamlNode node;
        node.begin = offsetOf(mark);
        node.end = node.begin;
        qsizetype content = node.begin;
        // Of a tag with nothing behind it the parser tells nothing.
        YamlNode tagged = node;
        const qsizetype behind = properties(tagged);
        if (anchor != 0 || (behind > content && behind == m_text.size())) {
            node = tagged;
            content = behind;
        }
        const qsizetype word = nullWord(content);
        if (content >= m_cursor && word > 0) {
            node.value = m_text.sliced(content, word).toByteArray();
            node.end = content + word;
        } else if (content == node.begin) {
            node.begin = node.end = emptyPlace(node.begin);
        }
        add(node, anchor);
    }
    void OnAlias(const YAML::Mark &mark, YAML::anchor_t anchor) override
    {
        YamlNode node;
        node.kind = YamlNode::Kind::Alias;
        node.begin = offsetOf(mark);
        node.end = nameEnd(node.begin + 1);
        node.target = anchor < size_t(m_anchors.size()) ? m_anchors[qsizetype(anchor)] : -1;
        const QByteArray name = m_text.sliced(node.begin, node.end - node.begin).toByteArray().mid(1);
        const int index = add(node, 0);
        m_document.m_problems.append({YamlProblem::Kind::Alias, index, name});
    }
    void OnScalar(
        const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor, const std::string &value) override
    {
        YamlNode node;
        node.begin = node.end = offsetOf(mark);
        node.value = QByteArray(value.data(), qsizetype(value.size()));
        const bool hasProperties =
            anchor != 0 || (tag != "?" && tag != "!") || m_text.sliced(node.begin).startsWith('!');
        const qsizetype content = hasProperties ? properties(node) : node.begin;
        const char first = content < m_text.size() ? m_text[content] : '\0';
        if (hasProperties && value.empty() && !opensEmpty(content)) {
            // Nothing stands behind the tag: what follows belongs to the next node.
        } else if (first == '"' || first == '\'') {
            node.style = first == '"' ? YamlNode::Style::DoubleQuoted : YamlNode::Style::SingleQuoted;
            node.end = quotedEnd(m_text, content);
            // The parser takes the end of the file for a quote.
            if (node.end < 0)
                throw Stop{Error::Kind::Parse, notYaml(clause(YAML::ErrorMsg::EOF_IN_SCALAR)), content};
        } else if (first == '|' || first == '>') {
            node.style = first == '|' ? YamlNode::Style::Literal : YamlNode::Style::Folded;
            node.end = blockScalarEnd(m_text, content, m_open.isEmpty() ? -1 : m_open.last().column);
        } else {
            node.end = plainEnd(m_text, content, node.value);
        }
        add(node, anchor);
    }
    void OnSequenceStart(
        const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style) override
    {
        open(YamlNode::Kind::Sequence, mark, tag, anchor, style);
    }
    void OnMapStart(
        const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style) override
    {
        open(YamlNode::Kind::Map, mark, tag, anchor, style);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override
    {
        findDuplicates(m_document.m_nodes[m_open.last().node]);
        close();
    }

private:
    struct Open
    {
        int node = -1;
        qsizetype content = 0; ///< behind anchor and tag
        qsizetype column = -1; ///< of the innermost block collection
    };

    YamlNode &node(int index) { return m_document.m_nodes[index]; }

    int add(YamlNode node, YAML::anchor_t anchor)
    {
        m_source.heard();
        if (m_document.size() >= maximumNodes || ((m_document.size() & 1023) == 0 && m_source.isLate()))
            throw Stop{Error::Kind::TooLarge, tooMuch(), node.begin};
        const int index = m_document.size();
        node.end = std::max(node.begin, node.end);
        if (m_open.isEmpty()) {
            if (m_document.m_root < 0)
                m_document.m_root = index;
        } else {
            node.parent = m_open.last().node;
            this->node(node.parent).children.append(index);
        }
        m_cursor = std::max(m_cursor, node.end);
        if (anchor != 0) {
            if (m_anchors.size() <= qsizetype(anchor))
                m_anchors.resize(qsizetype(anchor) + 1, -1);
            m_anchors[qsizetype(anchor)] = index;
            m_document.m_problems.append({YamlProblem::Kind::Anchor, index, node.anchor});
        }
        if (!node.tag.isEmpty())
            m_document.m_problems.append({YamlProblem::Kind::Tag, index, node.tag});
        m_document.m_nodes.append(std::move(node));
        return index;
    }

    void open(YamlNode::Kind kind, const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
        YAML::EmitterStyle::value style)
    {
        YamlNode node;
        node.kind = kind;
        node.style = style == YAML::EmitterStyle::Flow ? YamlNode::Style::Flow : YamlNode::Style::Block;
        node.begin = node.end = offsetOf(mark);
        if (m_open.size() >= maximumDepth)
            throw Stop{Error::Kind::Parse, tooDeep(), node.begin};
        Open entry;
        entry.content = anchor != 0 || tag != "?" ? properties(node) : node.begin;
        if (node.style == YamlNode::Style::Block)
            entry.column = entry.content - std::max(lineStart(m_text, entry.content), m_offset);
        else if (!m_open.isEmpty())
            entry.column = m_open.last().column;
        entry.node = add(node, anchor);
        m_open.append(entry);
        m_cursor = std::max(m_cursor, entry.content);
        if (node.style == YamlNode::Style::Flow && isFlowIndicator(byteAt(entry.content)))
            m_cursor = std::max(m_cursor, entry.content + 1);
    }

    void close()
    {
        m_source.heard();
        const Open entry = m_open.takeLast();
        YamlNode &closed = node(entry.node);
        const bool isSequence = closed.kind == YamlNode::Kind::Sequence;
        const QList<int> &children = closed.children;
        // `[a: b]`: a map of one pair without brackets starts where its key does.
        const bool isBare = !children.isEmpty() && node(children.first()).begin == closed.begin;
        const bool hasBrackets =
            closed.style == YamlNode::Style::Flow && !isBare && byteAt(entry.content) == (isSequence ? '[' : '{');
        qsizetype end = children.isEmpty() ? closed.end : node(children.last()).end;
        if (hasBrackets) {
            end = skipSpaceAnd(m_text, std::max(end, entry.content + 1), ",:?");
            if (byteAt(end) == (isSequence ? ']' : '}'))
                ++end;
        }
        closed.end = std::max(closed.end, end);
        m_cursor = std::max(m_cursor, closed.end);
    }

    char byteAt(qsizetype at) const { return at >= 0 && at < m_text.size() ? m_text[at] : '\0'; }

    qsizetype nameEnd(qsizetype at) const
    {
        while (at < m_text.size() && !isBlank(m_text[at]) && !isBreak(m_text[at]) && !isFlowIndicator(m_text[at]))
            ++at;
        return std::min(at, m_text.size());
    }

    /// Reads anchor and tag into the node, sets its end behind them, gives where its content starts.
    qsizetype properties(YamlNode &node) const
    {
        qsizetype at = node.begin;
        while (byteAt(at) == '&' || byteAt(at) == '!') {
            const bool isAnchor = byteAt(at) == '&';
            if (!(isAnchor ? node.anchor : node.tag).isEmpty())
                break;
            qsizetype end = nameEnd(at + 1);
            if (byteAt(at) == '!' && byteAt(at + 1) == '<') {
                const qsizetype closing = m_text.indexOf('>', at);
                end = closing < 0 ? end : closing + 1;
            }
            const QByteArray text = m_text.sliced(at, end - at).toByteArray();
            (isAnchor ? node.anchor : node.tag) = isAnchor ? text.mid(1) : text;
            node.end = end;
            at = skipSpace(m_text, end);
        }
        return at;
    }

    bool opensEmpty(qsizetype content) const
    {
        const QByteArrayView rest = m_text.sliced(std::min(content, m_text.size()));
        return rest.startsWith("\"\"") || rest.startsWith("''") || rest.startsWith('|') || rest.startsWith('>');
    }

    bool expectsKey() const
    {
        if (m_open.isEmpty())
            return false;
        const YamlNode &parent = m_document.node(m_open.last().node);
        return parent.kind == YamlNode::Kind::Map && parent.children.size() % 2 == 0;
    }

    /// The length of the word for null at `at`, 0 when what stands there is something else, like the next key.
    qsizetype nullWord(qsizetype at) const
    {
        qsizetype end = at;
        while (end < m_text.size() && !isBlank(m_text[end]) && !isBreak(m_text[end]) && !isFlowIndicator(m_text[end])
            && m_text[end] != ':')
            ++end;
        if (!isNullWord(m_text.sliced(at, end - at)))
            return 0;
        return !expectsKey() && byteAt(skipBlanks(m_text, end)) == ':' ? 0 : end - at;
    }

    bool isExplicitKey(int key) const
    {
        qsizetype at = m_document.node(key).begin;
        while (at > 0 && (isBlank(m_text[at - 1]) || isBreak(m_text[at - 1])))
            --at;
        return byteAt(at - 1) == '?';
    }

    /// Where a node without text stands: behind the `:`, `?` or `-` that announces it.
    qsizetype emptyPlace(qsizetype mark) const
    {
        if (m_open.isEmpty())
            return std::max(mark, m_cursor);
        const YamlNode &parent = m_document.node(m_open.last().node);
        const bool isFlow = parent.style == YamlNode::Style::Flow;
        if (parent.kind == YamlNode::Kind::Sequence) {
            const qsizetype at = isFlow ? skipSpaceAnd(m_text, m_cursor, ",") : skipSpace(m_text, m_cursor);
            return isFlow ? std::max(m_cursor, std::min(at, mark)) : at + (byteAt(at) == '-' ? 1 : 0);
        }
        if (!expectsKey()) {
            const qsizetype at = skipSpace(m_text, m_cursor);
            if (byteAt(at) == ':')
                return at + 1;
            if (!isFlow && !isExplicitKey(parent.children.last()))
                throw Stop{Error::Kind::Parse,
                    message(u"This is not valid YAML: a “:” is missing behind the key. Correct the line."_s,
                        u"YAML 语法错误：键后面缺少“:”。请修正该行。"_s),
                    m_document.node(parent.children.last()).begin};
            return m_cursor;
        }
        const qsizetype at = skipSpaceAnd(m_text, m_cursor, isFlow ? "," : "");
        return at + (byteAt(at) == '?' ? 1 : 0);
    }

    void findDuplicates(const YamlNode &map)
    {
        QSet<QByteArray> seen;
        for (qsizetype i = 0; i + 1 < map.children.size(); i += 2) {
            const YamlNode &key = m_document.node(map.children[i]);
            if (key.kind != YamlNode::Kind::Scalar)
                continue;
            if (seen.contains(key.value))
                m_document.m_problems.append({YamlProblem::Kind::DuplicateKey, map.children[i], key.value});
            seen.insert(key.value);
        }
    }

    YamlDocument &m_document;
    Source &m_source;
    QByteArrayView m_text;
    qsizetype m_offset; ///< of what the parser sees, within the file
    qsizetype m_cursor; ///< behind everything that has a node
    QList<Open> m_open;
    QList<int> m_anchors;
    int m_documents = 0;
};

Result<YamlDocument> YamlDocument::parse(const QString &name, const QByteArray &bytes)
{
    YamlDocument document;
    document.m_name = name;
    if (bytes.size() > maximumSize)
        return failure(Error::Kind::TooLarge,
            message(
                u"The file has %1 bytes; a YAML file of a node is read up to %2 bytes. Look at what wrote it, and put "
                "back an intact copy."_s,
                u"文件有 %1 字节，而节点上的 YAML 文件最多读取 %2 字节。请检查该文件的来源，并恢复完好的副本。"_s,
                QString::number(bytes.size()), QString::number(maximumSize)),
            {{}, name, 0, 0});
    document.m_bytes = bytes;
    document.m_lineStarts.append(0);
    for (qsizetype at = bytes.indexOf('\n'); at >= 0; at = bytes.indexOf('\n', at + 1))
        document.m_lineStarts.append(at + 1);

    const qsizetype offset = bytes.startsWith(byteOrderMark.toByteArray()) ? byteOrderMark.size() : 0;
    if (const auto flaw = firstFlaw(bytes, offset))
        return failure(Error::Kind::Parse, describeFlaw(flaw->flaw), document.position(flaw->offset));

    Source source(QByteArrayView(bytes).sliced(offset));
    YamlReader reader(document, source, offset);
    const auto fail = [&](Error::Kind kind, const Message &why, qsizetype at) {
        return failure(source.isExhausted() ? Error::Kind::TooLarge : kind, source.isExhausted() ? tooMuch() : why,
            document.position(at));
    };
    try {
        std::istream stream(&source);
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(reader)) { }
    } catch (const Stop &stop) {
        if (stop.kind != Error::Kind::Failed)
            return fail(stop.kind, stop.why, stop.offset);
    } catch (const YAML::Exception &exception) {
        return fail(Error::Kind::Parse, notYaml(clause(exception.msg)), reader.offsetOf(exception.mark));
    } catch (const std::exception &) {
        return fail(Error::Kind::TooLarge, tooMuch(), reader.cursor());
    }
    if (source.isExhausted())
        return fail(Error::Kind::TooLarge, tooMuch(), reader.cursor());
    if (document.m_root >= 0 && document.m_nodes[document.m_root].isNull()
        && document.m_nodes[document.m_root].begin == document.m_nodes[document.m_root].end)
        document.m_root = -1;
    if (document.m_root < 0)
        document.m_nodes.clear();
    std::ranges::stable_sort(document.m_problems, {}, &YamlProblem::node);
    return document;
}

int YamlDocument::resolved(int node) const
{
    for (int step = 0; step < maximumDepth; ++step) {
        if (node < 0 || node >= size())
            return -1;
        if (m_nodes[node].kind != YamlNode::Kind::Alias)
            return node;
        node = m_nodes[node].target;
    }
    return -1;
}

int YamlDocument::find(int map, QByteArrayView key) const
{
    QList<int> maps{resolved(map)};
    for (qsizetype i = 0; i < maps.size() && i < maximumMerges; ++i) {
        if (maps[i] < 0)
            continue;
        const YamlNode &node = m_nodes[maps[i]];
        if (node.kind == YamlNode::Kind::Sequence && i > 0) {
            for (const int item : node.children.first(std::min<qsizetype>(node.children.size(), maximumMerges)))
                maps.append(resolved(item));
        }
        if (node.kind != YamlNode::Kind::Map)
            continue;
        for (qsizetype pair = node.children.size() - 2; pair >= 0; pair -= 2) {
            const int index = resolved(node.children[pair]);
            if (index < 0 || m_nodes[index].kind != YamlNode::Kind::Scalar)
                continue;
            if (m_nodes[index].value == key)
                return node.children[pair + 1];
            if (m_nodes[index].value == "<<" && m_nodes[index].style == YamlNode::Style::Plain)
                maps.append(resolved(node.children[pair + 1]));
        }
    }
    return -1;
}

int YamlDocument::find(const QList<QByteArray> &path) const
{
    int at = m_root;
    for (const QByteArray &step : path) {
        const int index = resolved(at);
        if (index < 0)
            return -1;
        if (m_nodes[index].kind == YamlNode::Kind::Sequence && step.startsWith('[') && step.endsWith(']')) {
            bool ok = false;
            const int item = step.sliced(1, step.size() - 2).toInt(&ok);
            if (!ok || item < 0 || item >= m_nodes[index].children.size())
                return -1;
            at = m_nodes[index].children[item];
        } else {
            at = find(index, step);
        }
    }
    return at;
}

Position YamlDocument::position(qsizetype offset) const
{
    const qsizetype at = std::clamp<qsizetype>(offset, 0, m_bytes.size());
    const auto line = std::ranges::upper_bound(m_lineStarts, at) - m_lineStarts.begin();
    qsizetype start = m_lineStarts[line - 1];
    if (start == 0 && m_bytes.startsWith(byteOrderMark.toByteArray()))
        start = std::min(at, byteOrderMark.size());
    const auto isLead = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; };
    const auto column = std::count_if(m_bytes.begin() + start, m_bytes.begin() + at, isLead);
    return {{}, m_name, int(line), int(column) + 1};
}

int YamlDocument::firstLine(int node) const
{
    return position(m_nodes[node].begin).line;
}

int YamlDocument::lastLine(int node) const
{
    return position(m_nodes[node].end).line;
}

} // namespace jiagu
