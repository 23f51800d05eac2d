/* tests/keep_libraries.c — preloaded under the sanitizers: libraries stay loaded, so that the leak sanitizer
 * can name the one that leaked.  MPI closes its components before the process ends. */

int dlclose(void *library);

int dlclose(void *library)
{
    (void)library;
    return 0;
}
