/* src/compute/template_activations.h — the activations: for each, named X in FCNN_ACTIVATION_WORDS (config/words.h),
 *   value_of_X  f(z); also f'(z) if the derivative is stored
 *   slope_of_X  f'(z) from y = f(z), or from the stored derivative
 * They use selects instead of min or max instructions, so that NaN is propagated. */

#define LEAK ((real)0.01) /* leaky_relu: z for z ≥ 0, LEAK·z below */

FCNN_INLINE vec value_of_relu(vec z, vec *derivative)
{
    (void)derivative;
    return vselect(vlt(z, vset(0)), vset(0), z);
}

FCNN_INLINE vec slope_of_relu(vec y, const real *kept)
{
    (void)kept;
    return vselect(vgt(y, vset(0)), vset(1), vset(0));
}

FCNN_INLINE vec value_of_leaky_relu(vec z, vec *derivative)
{
    (void)derivative;
    return vselect(vlt(z, vset(0)), z * vset(LEAK), z);
}

FCNN_INLINE vec slope_of_leaky_relu(vec y, const real *kept)
{
    (void)kept;
    return vselect(vlt(y, vset(0)), vset(LEAK), vset(1));
}

FCNN_INLINE vec value_of_tanh(vec z, vec *derivative)
{
    (void)derivative;
    return vtanh(z);
}

FCNN_INLINE vec slope_of_tanh(vec y, const real *kept)
{
    (void)kept;
    return vfma(-y, y, vset(1));
}

FCNN_INLINE vec value_of_sigmoid(vec z, vec *derivative)
{
    (void)derivative;
    return vsigmoid(z);
}

FCNN_INLINE vec slope_of_sigmoid(vec y, const real *kept)
{
    (void)kept;
    return y * (vset(1) - y);
}

FCNN_INLINE vec value_of_gelu(vec z, vec *derivative)
{
    return vgelu(z, derivative);
}

FCNN_INLINE vec slope_of_gelu(vec y, const real *kept)
{
    (void)y;
    return vload(kept);
}

FCNN_INLINE vec value_of_linear(vec z, vec *derivative)
{
    (void)derivative;
    return z;
}

FCNN_INLINE vec slope_of_linear(vec y, const real *kept)
{
    (void)y;
    (void)kept;
    return vset(1);
}
