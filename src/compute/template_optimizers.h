/* src/compute/template_optimizers.h — the updates of parameters: for each kernel X of FCNN_OPTIMIZER_WORDS
 * (config/words.h) a function update_X.
 *
 * A job's count is a multiple of every VW; each element is updated on its own. */

/* VW sums as numbers of the precision: times scale, rounded once. */
#if FCNN_BITS == 64
FCNN_INLINE vec scaled_sums(const double *sums, double scale)
{
    return vload(sums) * vset(scale);
}
#elif FCNN_SIMD != 0
FCNN_INLINE vec scaled_sums(const double *sums, double scale)
{
    const dvec factor = dset(scale);
    return djoin(dload(sums) * factor, dload(sums + VW / 2) * factor);
}
#else
FCNN_INLINE vec scaled_sums(const double *sums, double scale)
{
    return (real)(sums[0] * scale);
}
#endif

/* VW sums, from element i of the job on, as means. */
FCNN_INLINE vec mean_at(const bool exact, const fcnn_update_job *job, int64_t i)
{
    if (exact) {
        const double *sums = (const double *)job->sums + i;
#if FCNN_BITS == 64
        return (vload(sums) + vload(sums + job->low)) * vset(job->scale);
#else
        return scaled_sums(sums, job->scale);
#endif
    }
    const real *sums = (const real *)job->sums + i;
    real means[VW];
    for (int lane = 0; lane < VW; lane++) {
        means[lane] = (real)((double)sums[lane] * job->scale);
    }
    return vload(means);
}

/* Defines update_X for both kinds of sums, from a function step_X(exact, job) that is compiled for each. */
#define DEFINE_UPDATE(name)                               \
    static void update_##name(const fcnn_update_job *job) \
    {                                                     \
        if (job->exact) {                                 \
            step_##name(true, job);                       \
        } else {                                          \
            step_##name(false, job);                      \
        }                                                 \
    }

/* w ← w − rate·mean. */
FCNN_INLINE void step_sgd(const bool exact, const fcnn_update_job *job)
{
    const vec rate = vset((real)-job->rate);
    for (int64_t i = 0; i < job->count; i += VW) {
        const vec weight = vload((const real *)job->weights + i);
        vstore((real *)job->out + i, vfma(rate, mean_at(exact, job, i), weight));
    }
}
DEFINE_UPDATE(sgd)
