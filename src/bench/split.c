/* src/bench/split.c — divides the time of a step into its parts. */
#include "bench/benchmark.h"

fcnn_split fcnn_split_of_rank(const fcnn_thread_times *times, int threads, double seconds)
{
    fcnn_split mean = {.exchange = times[0].exchange};
    for (int thread = 0; thread < threads; thread++) {
        const fcnn_thread_times *own = &times[thread];
        const double work = own->multiply + own->elementwise + mean.exchange;
        double waiting = own->waiting;
        if (work + waiting > seconds) {
            waiting = seconds > work ? seconds - work : 0;
        }
        mean.multiply += own->multiply / threads;
        mean.elementwise += own->elementwise / threads;
        mean.waiting += waiting / threads;
        mean.other += work + waiting < seconds ? (seconds - work - waiting) / threads : 0;
    }
    return mean;
}

fcnn_split fcnn_split_of_ranks(const fcnn_split *sums, int ranks, double shortest_exchange, double linear_multiply)
{
    fcnn_split parts = {
        .multiply = sums->multiply / ranks,
        .elementwise = sums->elementwise / ranks,
        .exchange = shortest_exchange,
        .waiting = (sums->waiting + sums->exchange) / ranks - shortest_exchange,
        .other = sums->other / ranks,
    };
    if (linear_multiply >= 0 && linear_multiply < parts.multiply) {
        parts.elementwise += parts.multiply - linear_multiply;
        parts.multiply = linear_multiply;
    }
    parts.waiting = parts.waiting > 0 ? parts.waiting : 0;
    const double whole = parts.multiply + parts.elementwise + parts.exchange + parts.waiting + parts.other;
    if (!(whole > 0)) {
        return (fcnn_split){.other = 1};
    }
    return (fcnn_split){parts.multiply / whole, parts.elementwise / whole, parts.exchange / whole,
                        parts.waiting / whole, parts.other / whole};
}
