// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

#include <QTranslator>

namespace jiagu {

/// The language of the window: that of the default locale, which Translation::use() sets.
Language uiLanguage();

/// The message in the language of the window.
inline QString text(const Message &message)
{
    return message.text(uiLanguage());
}

/// Speaks a language everywhere: our own texts, Qt's buttons, dates and numbers. Every widget learns of it by
/// QEvent::LanguageChange. The GUI thread alone.
class Translation
{
public:
    void use(Language language);

private:
    QTranslator m_own;
    QTranslator m_qt;
};

} // namespace jiagu
