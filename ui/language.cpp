// SPDX-License-Identifier: Apache-2.0
#include "language.h"

#include <QApplication>
#include <QEvent>
#include <QFont>
#include <QLibraryInfo>
#include <QLocale>
#include <QWidget>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

Language uiLanguage()
{
    return QLocale().language() == QLocale::Chinese ? Language::Chinese : Language::English;
}

void Translation::use(Language language)
{
    QLocale::setDefault(
        language == Language::Chinese ? QLocale(QLocale::Chinese, QLocale::China) : QLocale(QLocale::English));
    QCoreApplication::removeTranslator(&m_own);
    QCoreApplication::removeTranslator(&m_qt);
    if (language == Language::Chinese) {
        if (m_qt.load(u"qtbase_zh_CN"_s, QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
            QCoreApplication::installTranslator(&m_qt);
        if (m_own.load(u":/i18n/jiagu_zh_CN.qm"_s))
            QCoreApplication::installTranslator(&m_own);
    }
    QFont font = QApplication::font();
    font.setFamilies({font.families().value(0), u"Noto Sans CJK SC"_s, u"Source Han Sans SC"_s, u"Microsoft YaHei UI"_s,
        u"WenQuanYi Micro Hei"_s});
    QApplication::setFont(font);
    // Dialogs that are not windows of their own yet are told by their parents; this also reaches the hidden ones.
    const QWidgetList windows = QApplication::topLevelWidgets();
    for (QWidget *window : windows) {
        QEvent change(QEvent::LanguageChange);
        QCoreApplication::sendEvent(window, &change);
    }
}

} // namespace jiagu
