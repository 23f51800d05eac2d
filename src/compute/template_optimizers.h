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

/* ---- what all optimizers share ---- */

/* The gradient that a rule receives: the mean with the terms of the job. */
FCNN_INLINE vec gradient_at(const bool exact, const bool has_terms, const fcnn_update_job *job, int64_t i, vec weight)
{
    const vec mean = mean_at(exact, job, i);
    if (!has_terms) {
        return mean;
    }
    const vec most = vset((real)job->terms->clip_value), least = vset((real)-job->terms->clip_value);
    const vec l1 = vset((real)job->terms->l1), negative = vset((real)-job->terms->l1), zero = vset(0);
    const vec limited = vselect(vgt(mean, most), most, vselect(vlt(mean, least), least, mean));
    const vec sign = vselect(vgt(weight, zero), l1, vselect(vlt(weight, zero), negative, zero));
    return vfma(vset((real)job->terms->l2), weight, limited + sign);
}

/* The weight from which a step starts. */
FCNN_INLINE vec decayed(const bool has_terms, const fcnn_update_job *job, vec weight)
{
    return has_terms ? vfma(vset((real)-job->terms->decay), weight, weight) : weight;
}

/* Zero instead of subnormal numbers, into which state decays where a gradient has become zero: they are slow. */
FCNN_INLINE vec without_subnormal(vec a)
{
    return vselect(vlt(vabs(a), vset((real)(FCNN_BITS == 32 ? 0x1p-126 : 0x1p-1022))), vset(0), a);
}

/* Defines update_X from a function step_X(exact, has_terms, job) that is compiled for both kinds of sums, with the
 * terms of a job and without. */
#define DEFINE_UPDATE(name)                               \
    static void update_##name(const fcnn_update_job *job) \
    {                                                     \
        if (job->exact && job->terms == NULL) {           \
            step_##name(true, false, job);                \
        } else if (job->exact) {                          \
            step_##name(true, true, job);                 \
        } else if (job->terms == NULL) {                  \
            step_##name(false, false, job);               \
        } else {                                          \
            step_##name(false, true, job);                \
        }                                                 \
    }

/* ---- the optimizers ---- */

/* w ← w − rate·mean. */
FCNN_INLINE void step_plainly(const bool exact, const fcnn_update_job *job)
{
    const vec rate = vset((real)-job->rate);
    for (int64_t i = 0; i < job->count; i += VW) {
        const vec weight = vload((const real *)job->weights + i);
        vstore((real *)job->out + i, vfma(rate, mean_at(exact, job, i), weight));
    }
}

/* v ← momentum·v + g, w ← w + of_gradient·g + of_velocity·v; without state w ← w + of_gradient·g.
 * Scalars: momentum, of_gradient, of_velocity. */
FCNN_INLINE void step_descent(const bool exact, const bool has_terms, const bool has_velocity,
                              const fcnn_update_job *job)
{
    const vec rate = vset((real)-job->rate), momentum = vset((real)job->scalars[0]);
    const vec of_gradient = vset((real)job->scalars[1]), of_velocity = vset((real)job->scalars[2]);
    for (int64_t i = 0; i < job->count; i += VW) {
        const vec weight = vload((const real *)job->weights + i);
        const vec g = gradient_at(exact, has_terms, job, i, weight);
        vec next = decayed(has_terms, job, weight);
        if (has_velocity) {
            real *velocity = (real *)job->state[0] + i;
            const vec v = without_subnormal(vfma(momentum, vload(velocity), g));
            vstore(velocity, v);
            next = vfma(of_velocity, v, vfma(of_gradient, g, next));
        } else {
            next = vfma(rate, g, next);
        }
        vstore((real *)job->out + i, next);
    }
}

FCNN_INLINE void step_sgd(const bool exact, const bool has_terms, const fcnn_update_job *job)
{
    if (job->state[0] != NULL) {
        step_descent(exact, has_terms, true, job);
    } else if (has_terms) {
        step_descent(exact, has_terms, false, job);
    } else {
        step_plainly(exact, job);
    }
}
DEFINE_UPDATE(sgd)

/* m ← m + of_m·(g − m), v ← keep·v + (of_v·g)·g, w ← w + (by_moment·m + by_gradient·g) / (root·√v + epsilon).
 * The product (of_v·g)·g does not overflow where g·g does.
 * Scalars: of_m, keep, of_v, root, epsilon, by_moment, by_gradient. */
FCNN_INLINE void step_adam(const bool exact, const bool has_terms, const fcnn_update_job *job)
{
    const double *scalars = job->scalars;
    const vec of_m = vset((real)scalars[0]), keep = vset((real)scalars[1]), of_v = vset((real)scalars[2]);
    const vec root = vset((real)scalars[3]), epsilon = vset((real)scalars[4]);
    const vec by_moment = vset((real)scalars[5]), by_gradient = vset((real)scalars[6]);
    for (int64_t i = 0; i < job->count; i += VW) {
        real *moment = (real *)job->state[0] + i, *square = (real *)job->state[1] + i;
        const vec weight = vload((const real *)job->weights + i);
        const vec g = gradient_at(exact, has_terms, job, i, weight);
        const vec m = vload(moment);
        const vec next = without_subnormal(vfma(of_m, g - m, m));
        const vec v = without_subnormal(vfma(of_v * g, g, keep * vload(square)));
        const vec change = vfma(by_moment, next, by_gradient * g) / vfma(root, vsqrt(v), epsilon);
        vstore(moment, next);
        vstore(square, v);
        vstore((real *)job->out + i, decayed(has_terms, job, weight) + change);
    }
}
DEFINE_UPDATE(adam)

/* v ← keep·v + (of_v·g)·g, d = g / (√v + epsilon), then w ← w − rate·d, or with a second array u ← momentum·u + d,
 * w ← w − rate·u.  Scalars: keep, of_v, epsilon, momentum. */
FCNN_INLINE void step_scaled(const bool exact, const bool has_terms, const bool has_velocity,
                             const fcnn_update_job *job)
{
    const double *scalars = job->scalars;
    const vec keep = vset((real)scalars[0]), of_v = vset((real)scalars[1]), epsilon = vset((real)scalars[2]);
    const vec momentum = vset((real)scalars[3]), rate = vset((real)-job->rate);
    for (int64_t i = 0; i < job->count; i += VW) {
        real *square = (real *)job->state[0] + i;
        const vec weight = vload((const real *)job->weights + i);
        const vec g = gradient_at(exact, has_terms, job, i, weight);
        const vec v = without_subnormal(vfma(of_v * g, g, keep * vload(square)));
        vstore(square, v);
        vec d = g / (vsqrt(v) + epsilon);
        if (has_velocity) {
            real *velocity = (real *)job->state[1] + i;
            d = without_subnormal(vfma(momentum, vload(velocity), d));
            vstore(velocity, d);
        }
        vstore((real *)job->out + i, vfma(rate, d, decayed(has_terms, job, weight)));
    }
}

FCNN_INLINE void step_rmsprop(const bool exact, const bool has_terms, const fcnn_update_job *job)
{
    if (job->state[1] != NULL) {
        step_scaled(exact, has_terms, true, job);
    } else {
        step_scaled(exact, has_terms, false, job);
    }
}
DEFINE_UPDATE(rmsprop)
