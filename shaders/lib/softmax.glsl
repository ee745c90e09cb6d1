// A running softmax: the largest value, sum of exp(z - largest) and sum of exp(z - largest) (z - largest), in an order
// that the caller fixes (Milakov and Gimelshein 2018). Include after types.glsl.
#ifndef SOFTMAX_GLSL
#define SOFTMAX_GLSL

const float SOFTMAX_LOW = -1.0e30; // below every value; finite, and so are differences from it

struct Softmax {
    float largest, sum, weighted;
};

Softmax softmax_empty()
{
    return Softmax(SOFTMAX_LOW, 0.0, 0.0);
}

float softmax_exp(float x) // x <= 0
{
    return x < -100.0 ? 0.0 : exp(x);
}

void softmax_rescale(inout Softmax a, float largest)
{
    if (largest > a.largest) {
        float d = max(a.largest - largest, -100.0), f = softmax_exp(a.largest - largest);
        precise float weighted = f * fma(a.sum, d, a.weighted), sum = f * a.sum;
        a = Softmax(largest, sum, weighted);
    }
}

// Four values of which `kept` count.
void softmax_add(inout Softmax a, vec4 z, bvec4 kept)
{
    vec4 low = mix(vec4(SOFTMAX_LOW), z, kept);
    softmax_rescale(a, max(max(low.x, low.y), max(low.z, low.w)));
    vec4 d = mix(vec4(0), z - a.largest, kept), e = mix(vec4(0), exp(d), kept);
    a.sum += (e.x + e.y) + (e.z + e.w);
    precise vec4 w = e * d;
    a.weighted += (w.x + w.y) + (w.z + w.w);
}

void softmax_join(inout Softmax a, Softmax b)
{
    softmax_rescale(a, b.largest);
    softmax_rescale(b, a.largest);
    a.sum += b.sum;
    a.weighted += b.weighted;
}
#endif
