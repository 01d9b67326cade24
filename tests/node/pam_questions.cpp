// SPDX-License-Identifier: Apache-2.0
// A PAM module that asks what its arguments say, for machines of the testbed: a stand-in for one-time codes and
// notices.
//   auth required /root/pam_questions.so [text=Take your token.] [prompt=Code: ] echo answer=123456 rounds=1
// Without answer=, everything is taken. PAM's headers are not needed: the parts of its ABI that are used are below
// (_pam_types.h of Linux-PAM 1.5).
#include <cstdlib>
#include <cstring>

extern "C" {

struct pam_handle;
struct pam_message
{
    int msg_style;
    const char *msg;
};
struct pam_response
{
    char *resp;
    int resp_retcode;
};
struct pam_conv
{
    int (*conv)(int count, const pam_message **messages, pam_response **responses, void *data);
    void *appdata_ptr;
};
int pam_get_item(const pam_handle *handle, int type, const void **item);

__attribute__((visibility("default"))) int pam_sm_authenticate(
    pam_handle *handle, int flags, int argc, const char **argv);
__attribute__((visibility("default"))) int pam_sm_setcred(pam_handle *handle, int flags, int argc, const char **argv);
}

namespace {
constexpr int success = 0;
constexpr int authError = 7;
constexpr int conversation = 5;
constexpr int echoOff = 1;
constexpr int echoOn = 2;
constexpr int textInfo = 4;

bool say(const pam_conv *with, int style, const char *text, pam_response **answer)
{
    const pam_message message{style, text};
    const pam_message *messages = &message;
    return with->conv(1, &messages, answer, with->appdata_ptr) == success;
}
} // namespace

int pam_sm_authenticate(pam_handle *handle, int, int argc, const char **argv)
{
    const char *prompt = nullptr;
    const char *wanted = nullptr;
    int style = echoOff;
    int rounds = 1;
    const void *item = nullptr;
    if (pam_get_item(handle, conversation, &item) != success || !item)
        return authError;
    const auto *with = static_cast<const pam_conv *>(item);
    for (int i = 0; i < argc; ++i) {
        pam_response *ignored = nullptr;
        if (std::strcmp(argv[i], "echo") == 0)
            style = echoOn;
        else if (std::strncmp(argv[i], "prompt=", 7) == 0)
            prompt = argv[i] + 7;
        else if (std::strncmp(argv[i], "answer=", 7) == 0)
            wanted = argv[i] + 7;
        else if (std::strncmp(argv[i], "rounds=", 7) == 0)
            rounds = std::atoi(argv[i] + 7);
        else if (std::strncmp(argv[i], "text=", 5) == 0 && say(with, textInfo, argv[i] + 5, &ignored))
            std::free(ignored);
    }
    for (; prompt && rounds > 0; --rounds) {
        pam_response *given = nullptr;
        if (!say(with, style, prompt, &given) || !given)
            return authError;
        const bool right = given->resp && (!wanted || std::strcmp(given->resp, wanted) == 0);
        std::free(given->resp);
        std::free(given);
        if (!right)
            return authError;
    }
    return success;
}

int pam_sm_setcred(pam_handle *, int, int, const char **)
{
    return success;
}
