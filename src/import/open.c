/* src/import/open.c — opens an input file. */
#include "import/import.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

fcnn_status fcnn_import_open(const char *path, const char *output, FILE **out)
{
    struct stat input, target;
    *out = fopen(path, "rb");
    if (*out == NULL) {
        return fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    if (fstat(fileno(*out), &input) == 0 && stat(output, &target) == 0 && input.st_dev == target.st_dev &&
        input.st_ino == target.st_ino) {
        fclose(*out);
        return fcnn_fail(FCNN_EUSAGE, "%s: the input and the output are the same file", path);
    }
    return FCNN_OK;
}
