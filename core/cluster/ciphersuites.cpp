// SPDX-License-Identifier: Apache-2.0
#include "cluster/ciphersuites.h"

#include <QSet>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

bool isCipherSuite(const QString &name, const Release &release)
{
    static const QSet<QString> always{u"TLS_AES_128_GCM_SHA256"_s, u"TLS_AES_256_GCM_SHA384"_s,
        u"TLS_CHACHA20_POLY1305_SHA256"_s, u"TLS_RSA_WITH_RC4_128_SHA"_s, u"TLS_RSA_WITH_3DES_EDE_CBC_SHA"_s,
        u"TLS_RSA_WITH_AES_128_CBC_SHA"_s, u"TLS_RSA_WITH_AES_256_CBC_SHA"_s, u"TLS_RSA_WITH_AES_128_CBC_SHA256"_s,
        u"TLS_RSA_WITH_AES_128_GCM_SHA256"_s, u"TLS_RSA_WITH_AES_256_GCM_SHA384"_s,
        u"TLS_ECDHE_ECDSA_WITH_RC4_128_SHA"_s, u"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"_s,
        u"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"_s, u"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"_s,
        u"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"_s, u"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"_s,
        u"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305"_s, u"TLS_ECDHE_RSA_WITH_RC4_128_SHA"_s,
        u"TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"_s, u"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"_s,
        u"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"_s, u"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"_s,
        u"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"_s, u"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"_s,
        u"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305"_s};
    static const QSet<QString> goNames{
        u"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"_s, u"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"_s};
    return always.contains(name) || (release.minor >= 23 && goNames.contains(name));
}

bool isHttp2Suite(const QString &name)
{
    return name == "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"_L1 || name == "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"_L1;
}

bool toleratesNoHttp2Suite(const Release &release)
{
    return release.minor >= 24;
}

} // namespace jiagu
