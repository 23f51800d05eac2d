/* src/compute/template_trust.h — the updates of LAMB and LARS, whose learning rate depends on norms of weights and of
 * their changes, and the passes before them that measure these norms.
 *
 * Both passes compute the change of a weight by the same function, so the norm is that of the change. */

/* ---- LAMB: w ← w − rate·u, u = by_moment·m/(root·√v + epsilon) + decay·w; scalars as update_adam ---- */

FCNN_INLINE vec direction_of_lamb(const bool has_terms, const fcnn_update_job *job, vec weight, vec m, vec v)
{
    const double *scalars = job->scalars;
    const vec divisor = vfma(vset((real)scalars[3]), vsqrt(v), vset((real)scalars[4]));
    const vec scaled = vset((real)scalars[5]) * m / divisor;
    return has_terms ? vfma(vset((real)job->terms->decay), weight, scaled) : scaled;
}

/* Updates the moments of VW elements from element i on. */
FCNN_INLINE void move_moments(const bool exact, const bool has_terms, const fcnn_update_job *job, int64_t i, vec weight)
{
    const double *scalars = job->scalars;
    real *moment = (real *)job->state[0] + i, *square = (real *)job->state[1] + i;
    const vec of_m = vset((real)scalars[0]), keep = vset((real)scalars[1]), of_v = vset((real)scalars[2]);
    const vec g = gradient_at(exact, has_terms, job, i, weight), m = vload(moment);
    vstore(moment, without_subnormal(vfma(of_m, g - m, m)));
    vstore(square, without_subnormal(vfma(of_v * g, g, keep * vload(square))));
}

FCNN_INLINE void measure_for_lamb(const bool exact, const bool has_terms, const fcnn_trust_job *trust)
{
    const fcnn_update_job *job = trust->update;
    const vec of_weight = vset((real)trust->weight_scale), of_change = vset((real)trust->change_scale);
    for (int64_t row = 0; row < job->count; row += trust->width) {
        for (int64_t column = 0; column < trust->width; column += VW) {
            const int64_t i = row + column;
            const vec weight = vload((const real *)job->weights + i);
            if (!trust->again) {
                move_moments(exact, has_terms, job, i, weight);
            }
            const vec m = vload((const real *)job->state[0] + i), v = vload((const real *)job->state[1] + i);
            add_squares(weight * of_weight, trust->weights + column);
            add_squares(direction_of_lamb(has_terms, job, weight, m, v) * of_change, trust->changes + column);
        }
    }
}

FCNN_INLINE void step_lamb(const bool exact, const bool has_terms, const fcnn_update_job *job)
{
    (void)exact;
    const vec rate = vset((real)-job->rate);
    for (int64_t i = 0; i < job->count; i += VW) {
        const vec weight = vload((const real *)job->weights + i);
        const vec m = vload((const real *)job->state[0] + i), v = vload((const real *)job->state[1] + i);
        vstore((real *)job->out + i, vfma(rate, direction_of_lamb(has_terms, job, weight, m, v), weight));
    }
}
DEFINE_UPDATE(lamb)

/* ---- LARS: v ← momentum·v + rate·(g + decay·w), w ← w − v; scalars: momentum ---- */

FCNN_INLINE void measure_for_lars(const bool exact, const bool has_terms, const fcnn_trust_job *trust)
{
    const fcnn_update_job *job = trust->update;
    const vec of_weight = vset((real)trust->weight_scale), of_change = vset((real)trust->change_scale);
    for (int64_t row = 0; row < job->count; row += trust->width) {
        for (int64_t column = 0; column < trust->width; column += VW) {
            const int64_t i = row + column;
            const vec weight = vload((const real *)job->weights + i);
            add_squares(weight * of_weight, trust->weights + column);
            add_squares(gradient_at(exact, has_terms, job, i, weight) * of_change, trust->changes + column);
        }
    }
}

FCNN_INLINE void step_lars(const bool exact, const bool has_terms, const fcnn_update_job *job)
{
    const vec momentum = vset((real)job->scalars[0]), rate = vset((real)job->rate);
    for (int64_t i = 0; i < job->count; i += VW) {
        const vec weight = vload((const real *)job->weights + i);
        const vec g = gradient_at(exact, has_terms, job, i, weight);
        vec change = rate * (has_terms ? vfma(vset((real)job->terms->decay), weight, g) : g);
        if (job->state[0] != NULL) {
            real *velocity = (real *)job->state[0] + i;
            change = without_subnormal(vfma(momentum, vload(velocity), change));
            vstore(velocity, change);
        }
        vstore((real *)job->out + i, weight - change);
    }
}
DEFINE_UPDATE(lars)

/* Defines measure_X from measure_for_X, as DEFINE_UPDATE does. */
#define DEFINE_MEASURE(name)                               \
    static void measure_##name(const fcnn_trust_job *job)  \
    {                                                      \
        const bool has_terms = job->update->terms != NULL; \
        if (job->update->exact && !has_terms) {            \
            measure_for_##name(true, false, job);          \
        } else if (job->update->exact) {                   \
            measure_for_##name(true, true, job);           \
        } else if (!has_terms) {                           \
            measure_for_##name(false, false, job);         \
        } else {                                           \
            measure_for_##name(false, true, job);          \
        }                                                  \
    }
DEFINE_MEASURE(lamb)
DEFINE_MEASURE(lars)
