/*
 * full_disk.c
 *		Preloaded into a server: while the file that LEAD_OPS_FULL_DISK names is
 *		there, no session makes its tables and temporary files longer by more
 *		bytes than it says.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int
is_full(int fd, off_t end)
{
	static long left = -1;
	const char *name = getenv("LEAD_OPS_FULL_DISK");
	FILE	   *limit = name != NULL ? fopen(name, "r") : NULL;
	struct stat file;
	char		link[64];
	char		path[4096];
	ssize_t		len;

	if (limit == NULL)
	{
		left = -1;
		return 0;
	}
	if (left < 0 && fscanf(limit, "%ld", &left) != 1)
		left = 0;
	fclose(limit);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 0 || fstat(fd, &file) != 0 || end <= file.st_size)
		return 0;
	path[len] = '\0';
	if (strstr(path, "/base/") == NULL)
		return 0;
	if (end - file.st_size > left)
	{
		errno = ENOSPC;
		return 1;
	}
	left -= end - file.st_size;
	return 0;
}

ssize_t
pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	static ssize_t (*really) (int, const void *, size_t, off_t);

	if (really == NULL)
		*(void **) &really = dlsym(RTLD_NEXT, "pwrite");
	return is_full(fd, at + (off_t) n) ? -1 : really(fd, bytes, n, at);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t n, off_t at)
{
	return pwrite(fd, bytes, n, at);
}

ssize_t
pwritev(int fd, const struct iovec *part, int parts, off_t at)
{
	static ssize_t (*really) (int, const struct iovec *, int, off_t);
	off_t		end = at;

	if (really == NULL)
		*(void **) &really = dlsym(RTLD_NEXT, "pwritev");
	for (int i = 0; i < parts; i++)
		end += (off_t) part[i].iov_len;
	return is_full(fd, end) ? -1 : really(fd, part, parts, at);
}

ssize_t
pwritev64(int fd, const struct iovec *part, int parts, off_t at)
{
	return pwritev(fd, part, parts, at);
}

int
posix_fallocate(int fd, off_t at, off_t len)
{
	static int	(*really) (int, off_t, off_t);

	if (really == NULL)
		*(void **) &really = dlsym(RTLD_NEXT, "posix_fallocate");
	return is_full(fd, at + len) ? ENOSPC : really(fd, at, len);
}

int
posix_fallocate64(int fd, off_t at, off_t len)
{
	return posix_fallocate(fd, at, len);
}
