// SPDX-License-Identifier: Apache-2.0
#include "pdf/reportfonts.h"

#include <QFile>
#include <QFontDatabase>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

struct FontFile
{
    Face face;
    QString file;
    QString family;
};

const std::array<FontFile, 3> &fontFiles()
{
    static const std::array files{
        FontFile{Face::Text, u"JiaguSansSC-Regular.otf"_s, u"Jiagu Sans SC"_s},
        FontFile{Face::Bold, u"JiaguSansSC-Bold.otf"_s, u"Jiagu Sans SC"_s},
        FontFile{Face::Code, u"JiaguMono-Regular.otf"_s, u"Jiagu Mono"_s},
    };
    return files;
}

constexpr std::size_t place(Face face)
{
    return static_cast<std::size_t>(face);
}

/// Registers a font with Qt, once in a program.
bool isRegistered(const FontFile &file, const QByteArray &bytes)
{
    static std::array<bool, 3> registered{};
    bool &done = registered.at(place(file.face));
    if (!done)
        done = QFontDatabase::applicationFontFamilies(QFontDatabase::addApplicationFontFromData(bytes))
                   .contains(file.family);
    return done;
}

} // namespace

Result<ReportFonts> ReportFonts::load()
{
    ReportFonts fonts;
    for (const FontFile &file : fontFiles()) {
        QFile resource(u":/fonts/"_s + file.file);
        const QByteArray bytes = resource.open(QIODevice::ReadOnly) ? resource.readAll() : QByteArray();
        fonts.m_glyphs.at(place(file.face)) = QRawFont(bytes, 16);
        if (bytes.isEmpty() || !fonts.m_glyphs.at(place(file.face)).isValid() || !isRegistered(file, bytes)) {
            return failure(Error::Kind::NotFound,
                message(u"The PDF report cannot be made, because its font %1 is missing from this program or cannot be "
                        u"used. Build or install the program again, or write the report as HTML."_s,
                    u"无法生成 PDF 报告：本程序缺少报告字体 %1，或该字体无法使用。请重新构建或安装本程序，或改用 HTML 报告。"_s,
                    file.file));
        }
    }
    return fonts;
}

QFont ReportFonts::font(Face face, int pixels) const
{
    QFont font(fontFiles().at(place(face)).family);
    font.setBold(face == Face::Bold);
    font.setPixelSize(pixels);
    font.setHintingPreference(QFont::PreferNoHinting);
    font.setStyleStrategy(QFont::StyleStrategy(QFont::NoFontMerging | QFont::ForceOutline));
    return font;
}

bool ReportFonts::has(Face face, char32_t character) const
{
    return m_glyphs.at(place(face)).supportsCharacter(character);
}

QString ReportFonts::printable(const QString &text) const
{
    QString result;
    result.reserve(text.size());
    for (const uint character : text.toUcs4()) {
        if (character != QChar::Nbsp && has(Face::Text, character)) // which Qt shows as a plain space
            result += QChar::fromUcs4(character);
        else
            result += u"\\u{"_s + QString::number(character, 16).toUpper() + u'}';
    }
    return result;
}

} // namespace jiagu
