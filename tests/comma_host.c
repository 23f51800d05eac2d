/* tests/comma_host.c — a program of a user's that takes the locale of its environment, and calls the library: trains as
 * a config says (with assignments behind it), predicts from the model, and prints everything that the library prints.
 *   comma_host CONFIG DATA.h5 [SECTION.KEY=VALUE…]
 * Its own locale must be the same at the end; it prints half as that says, last. */
#include <fcnn/fcnn.h>
#include <fcnn/import.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static fcnn_status train(fcnn_comm *comm, int argc, char **argv)
{
    fcnn_config *config = NULL;
    const fcnn_train_options options = {.report = stdout, .overwrite = 1};
    char *text = NULL;
    fcnn_status status = fcnn_config_read(comm, argv[1], &config);
    for (int i = 3; i < argc && status == FCNN_OK; i++) {
        status = fcnn_config_set(config, argv[i]);
    }
    if (status == FCNN_OK) {
        status = fcnn_config_check(config);
    }
    if (status == FCNN_OK) {
        status = fcnn_config_text(config, &text);
    }
    if (status == FCNN_OK) {
        printf("%s", text);
        status = fcnn_train(comm, config, &options);
    }
    free(text);
    fcnn_config_destroy(config);
    return status;
}

static fcnn_status print(const char *path)
{
    fcnn_model *model = NULL;
    const fcnn_status status = fcnn_model_read(path, &model);
    if (status == FCNN_OK) {
        fcnn_model_print(model, stdout);
        fcnn_model_print_columns(model, stdout);
        fcnn_model_print_weights(model, stdout);
    }
    fcnn_model_destroy(model);
    return status;
}

static fcnn_status import(void)
{
    char summary[1024] = "";
    const char *tables[] = {"table.csv", NULL};
    const fcnn_import_options options = {.output = "table.h5", .csv = tables, .split = 0.5, .seed = 1};
    const fcnn_status status = fcnn_import(&options, summary, sizeof summary);
    printf("%s\n", summary);
    return status;
}

static fcnn_status use(fcnn_comm *comm, int argc, char **argv)
{
    fcnn_status status = train(comm, argc, argv);
    if (status == FCNN_OK) {
        const fcnn_predict_options options = {
            .model = "run/model.h5", .data = {.file = argv[2], .inputs = "/x", .targets = "/y"}, .report = stdout};
        status = fcnn_predict(comm, &options);
    }
    if (status == FCNN_OK) {
        status = print("run/model.h5");
    }
    if (status == FCNN_OK) {
        status = fcnn_dataset_print_file(argv[2], stdout);
    }
    return status == FCNN_OK ? import() : status;
}

/* Nothing, in a program that was linked with -ffast-math. */
static void print_subnormal(void)
{
    const volatile double subnormal = 1e-310;
    printf("a subnormal number twice is %g\n", subnormal + subnormal);
}

int main(int argc, char **argv)
{
    fcnn_comm *comm = NULL;
    if (argc < 3 || setlocale(LC_ALL, "") == NULL) {
        fprintf(stderr, "comma_host: no arguments, or no such locale\n");
        return 2;
    }
    print_subnormal();
    if (fcnn_comm_start(&argc, &argv, &comm) != FCNN_OK) {
        return 1;
    }
    const fcnn_status status = use(comm, argc, argv);
    if (status != FCNN_OK) {
        printf("error: %s\n", fcnn_error_text());
    }
    fcnn_comm_finish(comm);
    print_subnormal();
    printf("half is %g\n", 0.5);
    return status != FCNN_OK;
}
