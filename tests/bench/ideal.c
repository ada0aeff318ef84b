/* The least a media server can do: receive, unprotect, N times protect, one sendmmsg.
 *
 * No ICE, no DTLS, no RTCP, no rewriting. Reads its table from standard input (see door_ideal.py), says "ready",
 * then forwards every RTP packet of a publisher to all receivers until it is told to end (SIGTERM) or its parent dies.
 * Told a file, it notes how long each packet stays (see timed_node.py): SIGUSR1 forgets, SIGUSR2 writes the file.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

enum { STAYS = 1 << 20 };
enum { LARGEST = 2048, TRAILER = 64, MOST = 256, KEY_SIZE = 44, BUFFER = 4 * 1024 * 1024 };

struct peer {
    struct sockaddr_in address;
    srtp_t session;
};

static struct peer publishers[MOST], receivers[MOST];
static int publisher_count, receiver_count;
static unsigned char packets[MOST][LARGEST + TRAILER];
static struct iovec vectors[MOST];
static struct mmsghdr messages[MOST];
static long long stays[STAYS];
static int stay_count;
static volatile sig_atomic_t forgets, writes;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static struct sockaddr_in place(const char *address, int port) {
    struct sockaddr_in made = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, address, &made.sin_addr) != 1) fail("address");
    return made;
}

static srtp_t session(const char *hex, srtp_ssrc_type_t direction) {
    unsigned char key[KEY_SIZE];
    srtp_policy_t policy = {.ssrc = {.type = direction}, .key = key, .window_size = 1024, .allow_repeat_tx = 1};
    for (int i = 0; i < KEY_SIZE; i++)
        if (sscanf(hex + 2 * i, "%2hhx", key + i) != 1) fail("key");
    srtp_t made;
    if (srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, srtp_profile_aead_aes_256_gcm) ||
        srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, srtp_profile_aead_aes_256_gcm) ||
        srtp_create(&made, &policy)) {
        fprintf(stderr, "this libsrtp2 has no AEAD_AES_256_GCM\n");
        exit(1);
    }
    return made;
}

static int open_socket(const char *address, int port) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0), size = BUFFER;
    struct sockaddr_in here = place(address, port);
    if (fd < 0) fail("socket");
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (bind(fd, (struct sockaddr *)&here, sizeof here)) fail("bind");
    return fd;
}

static int read_table(void) {
    char word[16], address[64], key[128];
    int port, fd = -1;
    while (scanf("%15s", word) == 1 && strcmp(word, "go")) {
        if (scanf("%63s %d", address, &port) != 2) fail("table");
        if (!strcmp(word, "listen")) {
            fd = open_socket(address, port);
            continue;
        }
        if (scanf("%127s", key) != 1 || publisher_count == MOST || receiver_count == MOST) fail("table");
        if (!strcmp(word, "publisher"))
            publishers[publisher_count++] = (struct peer){place(address, port), session(key, ssrc_any_inbound)};
        else
            receivers[receiver_count++] = (struct peer){place(address, port), session(key, ssrc_any_outbound)};
    }
    return fd;
}

static void prepare(void) {
    for (int i = 0; i < receiver_count; i++) {
        vectors[i].iov_base = packets[i];
        messages[i].msg_hdr = (struct msghdr){.msg_name = &receivers[i].address,
                                              .msg_namelen = sizeof receivers[i].address,
                                              .msg_iov = &vectors[i],
                                              .msg_iovlen = 1};
    }
}

static struct peer *sender(const struct sockaddr_in *from) {
    for (int i = 0; i < publisher_count; i++)
        if (publishers[i].address.sin_port == from->sin_port &&
            publishers[i].address.sin_addr.s_addr == from->sin_addr.s_addr)
            return &publishers[i];
    return NULL;
}

static void forward(int fd, const unsigned char *packet, int length) {
    for (int i = 0; i < receiver_count; i++) {
        int size = length;
        memcpy(packets[i], packet, length);
        if (srtp_protect(receivers[i].session, packets[i], &size)) fail("protect");
        vectors[i].iov_len = size;
    }
    for (int sent = 0; sent < receiver_count;) {
        int now = sendmmsg(fd, messages + sent, receiver_count - sent, 0);
        sent += now > 0 ? now : 1;
    }
}

static void heard(int number) {
    if (number == SIGUSR1) forgets = 1;
    if (number == SIGUSR2) writes = 1;
}

/* Without SA_RESTART: the signal interrupts the read. */
static void listen_to_signals(void) {
    struct sigaction action = {.sa_handler = heard};
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
}

/* Beside its place first: whoever waits for it finds it whole. */
static void write_stays(const char *name) {
    char part[4096];
    if (snprintf(part, sizeof part, "%s.part", name) >= (int)sizeof part) fail("name");
    FILE *file = fopen(part, "wb");
    if (!file || fwrite(stays, sizeof *stays, stay_count, file) != (size_t)stay_count || fclose(file)) fail("stays");
    if (rename(part, name)) fail("rename");
}

static void obey(const char *name) {
    if (forgets) stay_count = forgets = 0;
    if (writes) write_stays(name);
    writes = 0;
}

/* From the kernel's receive time until now. */
static void note_stay(struct msghdr *from) {
    struct timespec came, now;
    struct cmsghdr *head = CMSG_FIRSTHDR(from);
    if (!head || head->cmsg_type != SCM_TIMESTAMPNS || stay_count == STAYS) return;
    memcpy(&came, CMSG_DATA(head), sizeof came);
    clock_gettime(CLOCK_REALTIME, &now);
    stays[stay_count++] = (now.tv_sec - came.tv_sec) * 1000000000LL + now.tv_nsec - came.tv_nsec;
}

int main(int count, char **arguments) {
    static unsigned char packet[LARGEST];
    static char control[CMSG_SPACE(sizeof(struct timespec))];
    const char *file = count > 1 ? arguments[1] : NULL;
    int on = 1;
    struct sched_param first = {.sched_priority = 1};
    if (file) sched_setscheduler(0, SCHED_RR, &first); /* as deploy/realtime.py; not allowed: like everything else */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (srtp_init()) fail("srtp_init");
    int fd = read_table();
    prepare();
    listen_to_signals();
    if (file && setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on)) fail("timestamps");
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct sockaddr_in from;
        struct iovec into = {.iov_base = packet, .iov_len = sizeof packet};
        struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &into, .msg_iovlen = 1,
                                 .msg_control = file ? control : NULL, .msg_controllen = file ? sizeof control : 0};
        int length = recvmsg(fd, &message, 0);
        if (file) obey(file);
        struct peer *peer = length > 12 ? sender(&from) : NULL;
        int is_rtp = length > 12 && packet[0] >> 6 == 2 && !(packet[1] >= 192 && packet[1] <= 223);
        if (!peer || !is_rtp || srtp_unprotect(peer->session, packet, &length)) continue;
        forward(fd, packet, length);
        if (file) note_stay(&message);
    }
}
