/*
 * Lets Debian's user-mode-linux 6.1 run on processors whose register state is larger than it knows (those with AMX).
 *
 * It restores a guest's registers with ptrace(PTRACE_SETREGSET, NT_X86_XSTATE) and a fixed length of 2696 bytes.
 * The host accepts nothing but its own full length (arch/x86/kernel/fpu/regset.c, xstateregs_set) and answers EFAULT,
 * on which the guest panics before its first instruction. Loaded with LD_PRELOAD, this pads such a call to the full
 * length. The padding is tile data, which no guest can have: it would need the host's permission (arch_prctl), and
 * the guest's system calls never reach the host.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

static long (*next)(int, pid_t, void *, void *);
static unsigned char state[65536] __attribute__((aligned(64)));
static size_t full;

static long set_padded(pid_t pid, void *kind, const struct iovec *given)
{
	struct iovec whole = { state, sizeof state };

	if (full == 0) {
		if (next(PTRACE_GETREGSET, pid, kind, &whole) < 0)
			return -1;
		full = whole.iov_len;
		memset(state, 0, sizeof state);
	}
	if (given->iov_len >= full) {
		errno = EFAULT;
		return -1;
	}
	memcpy(state, given->iov_base, given->iov_len);
	whole.iov_len = full;
	return next(PTRACE_SETREGSET, pid, kind, &whole);
}

long ptrace(enum __ptrace_request request, ...)
{
	va_list list;
	pid_t pid;
	void *address, *data;
	long result;

	va_start(list, request);
	pid = va_arg(list, pid_t);
	address = va_arg(list, void *);
	data = va_arg(list, void *);
	va_end(list);
	if (next == NULL)
		next = (long (*)(int, pid_t, void *, void *))dlsym(RTLD_NEXT, "ptrace");
	if (request != PTRACE_SETREGSET || address != (void *)NT_X86_XSTATE)
		return next(request, pid, address, data);
	if (full == 0) {
		result = next(request, pid, address, data);
		if (result == 0 || errno != EFAULT)
			return result;
	}
	return set_padded(pid, address, data);
}
