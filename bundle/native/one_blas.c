/* OpenCV's OpenBLAS, done by NumPy's.
 *
 * Both wheels bring OpenBLAS, of 39 and 25 MB. NumPy's counts with 64-bit integers and has names of its own
 * (scipy_dgesv_64_), OpenCV asks for the usual ones with 32 bits (dgesv_). These are the functions that OpenCV's core
 * asks for (modules/core/src/hal_internal.cpp and the linear algebra of its dnn module), each handed on with its
 * integers widened. Matrices of single and double precision are the same on both sides. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

typedef int64_t wide;

enum { NO_MEMORY = -1010 }; /* as LAPACKE says it */

#define GEMM(kind, scalar)                                                                                             \
    void scipy_cblas_##kind##gemm64_(int, int, int, wide, wide, wide, scalar, const void *, wide, const void *, wide,  \
                                     scalar, void *, wide);                                                            \
    void cblas_##kind##gemm(int order, int trans_a, int trans_b, int m, int n, int k, scalar alpha, const void *a,     \
                            int lda, const void *b, int ldb, scalar beta, void *c, int ldc)                            \
    {                                                                                                                  \
        scipy_cblas_##kind##gemm64_(order, trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);            \
    }

GEMM(s, float)
GEMM(d, double)
GEMM(c, const void *)
GEMM(z, const void *)

static wide least(wide a, wide b) { return a < b ? a : b; }

/* Runs the call with 64-bit pivots and gives them back in 32 bits. */
#define WITH_PIVOTS(count, call)                                                                                       \
    wide status = 0, *pivots = malloc(sizeof(wide) * (size_t)((count) > 0 ? (count) : 1));                             \
    if (!pivots) {                                                                                                     \
        *info = NO_MEMORY;                                                                                             \
        return;                                                                                                        \
    }                                                                                                                  \
    call;                                                                                                              \
    for (wide i = 0; status >= 0 && i < (count); i++)                                                                  \
        ipiv[i] = (int)pivots[i];                                                                                      \
    free(pivots);                                                                                                      \
    *info = (int)status

#define LAPACK(kind, real)                                                                                             \
    void scipy_##kind##gesv_64_(wide *, wide *, real *, wide *, wide *, real *, wide *, wide *);                       \
    void kind##gesv_(int *n, int *nrhs, real *a, int *lda, int *ipiv, real *b, int *ldb, int *info)                    \
    {                                                                                                                  \
        wide n_ = *n, nrhs_ = *nrhs, lda_ = *lda, ldb_ = *ldb;                                                         \
        WITH_PIVOTS(n_, scipy_##kind##gesv_64_(&n_, &nrhs_, a, &lda_, pivots, b, &ldb_, &status));                     \
    }                                                                                                                  \
    void scipy_##kind##getrf_64_(wide *, wide *, real *, wide *, wide *, wide *);                                      \
    void kind##getrf_(int *m, int *n, real *a, int *lda, int *ipiv, int *info)                                         \
    {                                                                                                                  \
        wide m_ = *m, n_ = *n, lda_ = *lda;                                                                            \
        WITH_PIVOTS(least(m_, n_), scipy_##kind##getrf_64_(&m_, &n_, a, &lda_, pivots, &status));                      \
    }                                                                                                                  \
    void scipy_##kind##posv_64_(char *, wide *, wide *, real *, wide *, real *, wide *, wide *, size_t);               \
    void kind##posv_(char *uplo, int *n, int *nrhs, real *a, int *lda, real *b, int *ldb, int *info)                   \
    {                                                                                                                  \
        wide n_ = *n, nrhs_ = *nrhs, lda_ = *lda, ldb_ = *ldb, status = 0;                                             \
        scipy_##kind##posv_64_(uplo, &n_, &nrhs_, a, &lda_, b, &ldb_, &status, 1);                                     \
        *info = (int)status;                                                                                           \
    }                                                                                                                  \
    void scipy_##kind##potrf_64_(char *, wide *, real *, wide *, wide *, size_t);                                      \
    void kind##potrf_(char *uplo, int *n, real *a, int *lda, int *info)                                                \
    {                                                                                                                  \
        wide n_ = *n, lda_ = *lda, status = 0;                                                                         \
        scipy_##kind##potrf_64_(uplo, &n_, a, &lda_, &status, 1);                                                      \
        *info = (int)status;                                                                                           \
    }                                                                                                                  \
    void scipy_##kind##geqrf_64_(wide *, wide *, real *, wide *, real *, real *, wide *, wide *);                      \
    void kind##geqrf_(int *m, int *n, real *a, int *lda, real *tau, real *work, int *lwork, int *info)                 \
    {                                                                                                                  \
        wide m_ = *m, n_ = *n, lda_ = *lda, lwork_ = *lwork, status = 0;                                               \
        scipy_##kind##geqrf_64_(&m_, &n_, a, &lda_, tau, work, &lwork_, &status);                                      \
        *info = (int)status;                                                                                           \
    }                                                                                                                  \
    void scipy_##kind##gels_64_(char *, wide *, wide *, wide *, real *, wide *, real *, wide *, real *, wide *,        \
                                wide *, size_t);                                                                       \
    void kind##gels_(char *trans, int *m, int *n, int *nrhs, real *a, int *lda, real *b, int *ldb, real *work,         \
                     int *lwork, int *info)                                                                            \
    {                                                                                                                  \
        wide m_ = *m, n_ = *n, nrhs_ = *nrhs, lda_ = *lda, ldb_ = *ldb, lwork_ = *lwork, status = 0;                   \
        scipy_##kind##gels_64_(trans, &m_, &n_, &nrhs_, a, &lda_, b, &ldb_, work, &lwork_, &status, 1);                \
        *info = (int)status;                                                                                           \
    }                                                                                                                  \
    void scipy_##kind##gesdd_64_(char *, wide *, wide *, real *, wide *, real *, real *, wide *, real *, wide *,       \
                                 real *, wide *, wide *, wide *, size_t);                                              \
    void kind##gesdd_(char *jobz, int *m, int *n, real *a, int *lda, real *s, real *u, int *ldu, real *vt, int *ldvt,  \
                      real *work, int *lwork, int *iwork, int *info)                                                   \
    {                                                                                                                  \
        wide m_ = *m, n_ = *n, lda_ = *lda, ldu_ = *ldu, ldvt_ = *ldvt, lwork_ = *lwork, status = 0;                   \
        wide *own_iwork = malloc(sizeof(wide) * (size_t)(8 * least(m_, n_) + 1));                                      \
        (void)iwork;                                                                                                   \
        if (!own_iwork) {                                                                                              \
            *info = NO_MEMORY;                                                                                         \
            return;                                                                                                    \
        }                                                                                                              \
        scipy_##kind##gesdd_64_(jobz, &m_, &n_, a, &lda_, s, u, &ldu_, vt, &ldvt_, work, &lwork_, own_iwork, &status,  \
                                1);                                                                                    \
        free(own_iwork);                                                                                               \
        *info = (int)status;                                                                                           \
    }                                                                                                                  \
    void scipy_##kind##geev_64_(char *, char *, wide *, real *, wide *, real *, real *, real *, wide *, real *,        \
                                wide *, real *, wide *, wide *, size_t, size_t);                                       \
    void kind##geev_(char *jobvl, char *jobvr, int *n, real *a, int *lda, real *wr, real *wi, real *vl, int *ldvl,     \
                     real *vr, int *ldvr, real *work, int *lwork, int *info)                                           \
    {                                                                                                                  \
        wide n_ = *n, lda_ = *lda, ldvl_ = *ldvl, ldvr_ = *ldvr, lwork_ = *lwork, status = 0;                          \
        scipy_##kind##geev_64_(jobvl, jobvr, &n_, a, &lda_, wr, wi, vl, &ldvl_, vr, &ldvr_, work, &lwork_, &status, 1, \
                               1);                                                                                     \
        *info = (int)status;                                                                                           \
    }

LAPACK(s, float)
LAPACK(d, double)
