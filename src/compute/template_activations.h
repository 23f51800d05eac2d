/* src/compute/template_activations.h — the activations: for each, named X in FCNN_ACTIVATION_WORDS (config/words.h),
 *   value_of_X  f(z); also f'(z) if the derivative is stored
 *   slope_of_X  f'(z) from y = f(z), or from the stored derivative
 * parameter is that of the activation (fcnn_multiply_job, kernels.h).  The derivatives of tanh, sigmoid, elu and selu
 * are differences: their errors are 1 or 2 units in the last place of 1.  docs/methods.md has the formulas and sources.
 * They use selects instead of min or max instructions, so that NaN is propagated. */

#define SELU_SCALE ((real)1.0507009873554804934)
#define SELU_BELOW ((real)1.7580993408473768599) /* the scale times α = 1.6732632423543772848 */

FCNN_INLINE vec value_of_relu(vec z, real parameter, vec *derivative)
{
    (void)parameter;
    (void)derivative;
    return vselect(vlt(z, vset(0)), vset(0), z);
}

FCNN_INLINE vec slope_of_relu(vec y, real parameter, const real *kept)
{
    (void)parameter;
    (void)kept;
    return vselect(vgt(y, vset(0)), vset(1), vset(0));
}

FCNN_INLINE vec value_of_leaky_relu(vec z, real parameter, vec *derivative)
{
    (void)derivative;
    return vselect(vlt(z, vset(0)), z * vset(parameter), z);
}

FCNN_INLINE vec slope_of_leaky_relu(vec y, real parameter, const real *kept)
{
    (void)kept;
    return vselect(vlt(y, vset(0)), vset(parameter), vset(1));
}

FCNN_INLINE vec value_of_prelu(vec z, real parameter, vec *derivative)
{
    const vmask above = vgt(z, vset(0));
    *derivative = vselect(above, vset(1), vset(parameter));
    return vselect(above, z, z * vset(parameter));
}

/* Training may give a slope of any sign, so the derivative does not follow from the value. */
FCNN_INLINE vec slope_of_prelu(vec y, real parameter, const real *kept)
{
    (void)parameter;
    (void)y;
    return vload(kept);
}

FCNN_INLINE vec value_of_tanh(vec z, real parameter, vec *derivative)
{
    (void)parameter;
    (void)derivative;
    return vtanh(z);
}

FCNN_INLINE vec slope_of_tanh(vec y, real parameter, const real *kept)
{
    (void)parameter;
    (void)kept;
    return vfma(-y, y, vset(1));
}

FCNN_INLINE vec value_of_sigmoid(vec z, real parameter, vec *derivative)
{
    (void)parameter;
    (void)derivative;
    return vsigmoid(z);
}

FCNN_INLINE vec slope_of_sigmoid(vec y, real parameter, const real *kept)
{
    (void)parameter;
    (void)kept;
    return y * (vset(1) - y);
}

FCNN_INLINE vec value_of_gelu(vec z, real parameter, vec *derivative)
{
    (void)parameter;
    return vgelu(z, derivative);
}

FCNN_INLINE vec slope_of_gelu(vec y, real parameter, const real *kept)
{
    (void)parameter;
    (void)y;
    return vload(kept);
}

FCNN_INLINE vec value_of_elu(vec z, real parameter, vec *derivative)
{
    (void)parameter;
    (void)derivative;
    return vselect(vlt(z, vset(0)), vexpm1_below(z), z);
}

FCNN_INLINE vec slope_of_elu(vec y, real parameter, const real *kept)
{
    (void)parameter;
    (void)kept;
    return vselect(vlt(y, vset(0)), y + vset(1), vset(1));
}

FCNN_INLINE vec value_of_selu(vec z, real parameter, vec *derivative)
{
    (void)parameter;
    (void)derivative;
    return vselect(vlt(z, vset(0)), vset(SELU_BELOW) * vexpm1_below(z), vset(SELU_SCALE) * z);
}

FCNN_INLINE vec slope_of_selu(vec y, real parameter, const real *kept)
{
    (void)parameter;
    (void)kept;
    return vselect(vgt(y, vset(0)), vset(SELU_SCALE), y + vset(SELU_BELOW));
}

FCNN_INLINE vec value_of_silu(vec z, real parameter, vec *derivative)
{
    (void)parameter;
    return vsilu(z, derivative);
}

FCNN_INLINE vec slope_of_silu(vec y, real parameter, const real *kept)
{
    (void)parameter;
    (void)y;
    return vload(kept);
}

FCNN_INLINE vec value_of_mish(vec z, real parameter, vec *derivative)
{
    (void)parameter;
    return vmish(z, derivative);
}

FCNN_INLINE vec slope_of_mish(vec y, real parameter, const real *kept)
{
    (void)parameter;
    (void)y;
    return vload(kept);
}

FCNN_INLINE vec value_of_softplus(vec z, real parameter, vec *derivative)
{
    (void)parameter;
    (void)derivative;
    return vsoftplus(z);
}

FCNN_INLINE vec slope_of_softplus(vec y, real parameter, const real *kept)
{
    (void)parameter;
    (void)kept;
    return -vexpm1_below(-y); /* 1 − e^-y */
}

/* With r = 1/(1 + |z|): |z|·r or 1 − r, and r². */
FCNN_INLINE vec value_of_softsign(vec z, real parameter, vec *derivative)
{
    (void)parameter;
    const vec a = vabs(z);
    const vec r = vset(1) / (vset(1) + a);
    *derivative = r * r;
    return vcopysign(vselect(vgt(a, vset(1)), vset(1) - r, a * r), z);
}

FCNN_INLINE vec slope_of_softsign(vec y, real parameter, const real *kept)
{
    (void)parameter;
    (void)y;
    return vload(kept);
}

FCNN_INLINE vec value_of_relu6(vec z, real parameter, vec *derivative)
{
    (void)parameter;
    (void)derivative;
    return vselect(vlt(z, vset(0)), vset(0), vselect(vgt(z, vset(6)), vset(6), z));
}

FCNN_INLINE vec slope_of_relu6(vec y, real parameter, const real *kept)
{
    (void)parameter;
    (void)kept;
    return vselect(vgt(y, vset(0)), vselect(vlt(y, vset(6)), vset(1), vset(0)), vset(0));
}

FCNN_INLINE vec value_of_linear(vec z, real parameter, vec *derivative)
{
    (void)parameter;
    (void)derivative;
    return z;
}

FCNN_INLINE vec slope_of_linear(vec y, real parameter, const real *kept)
{
    (void)parameter;
    (void)y;
    (void)kept;
    return vset(1);
}
