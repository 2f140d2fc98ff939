/* BLAS and LAPACK for matrices of a few rows, in place of the OpenBLAS that NumPy's and OpenCV's wheels bring.
 *
 * The app multiplies 2x3 matrices with a handful of points and solves systems of eight equations, inside OpenCV; for
 * that the wheels carry 28 and 39 MB, and threads that wait. Here is what these two ask for, by the names they ask for:
 * NumPy's own with 64-bit integers (scipy_cblas_dgemm64_, scipy_dgesv_64_), the usual ones with 32 bits for OpenCV.
 *
 * The products are plain loops. All of LAPACK is done once, in complex numbers of double precision, and everything
 * else is converted: LU with row exchanges, Cholesky, Householder's QR, and Jacobi's rotations for singular values
 * (one-sided) and Hermitian eigenvalues; Golub, Van Loan, Matrix Computations, 3.4, 4.2, 5.2, 8.5, 8.6. Eigenvalues of
 * other matrices (geev) are refused, which NumPy reports as LinAlgError.
 */
#include <complex.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef int64_t wide;
typedef float complex cfloat;
typedef double complex number;

enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112, CONJUGATED = 113, UPPER = 121 };
enum { NO_MEMORY = -1010, REFUSED = 1, SWEEPS = 60 };

static wide least(wide a, wide b) { return a < b ? a : b; }
static wide most(wide a, wide b) { return a > b ? a : b; }

/* ---- products ---- */

/* Where element (i, k) of op(matrix) lies: i * row + k * column. */
#define STEPS(order, transposed, stride, row, column)                                                                  \
    wide row = ((order) == ROW_MAJOR) != ((transposed) != PLAIN) ? (stride) : 1;                                       \
    wide column = row == 1 && !(((order) == ROW_MAJOR) != ((transposed) != PLAIN)) ? (stride) : 1

#define START(count, step) ((step) < 0 ? (1 - (count)) * (step) : 0)

#define PRODUCTS(kind, T, conjugate)                                                                                   \
    static void kind##_scale(T *c, wide count, wide step, T beta)                                                      \
    {                                                                                                                  \
        for (wide i = 0; i < count; i++)                                                                               \
            c[i * step] = beta == 0 ? 0 : beta * c[i * step];                                                          \
    }                                                                                                                  \
    static void kind##_gemm(int order, int ta, int tb, wide m, wide n, wide k, T alpha, const T *a, wide lda,          \
                            const T *b, wide ldb, T beta, T *c, wide ldc)                                              \
    {                                                                                                                  \
        STEPS(order, ta, lda, ar, ac);                                                                                 \
        STEPS(order, tb, ldb, br, bc);                                                                                 \
        STEPS(order, PLAIN, ldc, cr, cc);                                                                              \
        for (wide i = 0; i < m; i++) {                                                                                 \
            kind##_scale(c + i * cr, n, cc, beta);                                                                     \
            for (wide l = 0; l < k; l++) {                                                                             \
                T left = a[i * ar + l * ac];                                                                           \
                left = alpha * (ta == CONJUGATED ? conjugate(left) : left);                                            \
                for (wide j = 0; j < n; j++) {                                                                         \
                    T right = b[l * br + j * bc];                                                                      \
                    c[i * cr + j * cc] += left * (tb == CONJUGATED ? conjugate(right) : right);                        \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    static void kind##_gemv(int order, int ta, wide rows, wide columns, T alpha, const T *a, wide lda, const T *x,     \
                            wide incx, T beta, T *y, wide incy)                                                        \
    {                                                                                                                  \
        wide m = ta == PLAIN ? rows : columns, n = ta == PLAIN ? columns : rows;                                       \
        STEPS(order, ta, lda, ar, ac);                                                                                 \
        x += START(n, incx), y += START(m, incy);                                                                      \
        kind##_scale(y, m, incy, beta);                                                                                \
        for (wide i = 0; i < m; i++) {                                                                                 \
            T sum = 0;                                                                                                 \
            for (wide j = 0; j < n; j++) {                                                                             \
                T left = a[i * ar + j * ac];                                                                           \
                sum += (ta == CONJUGATED ? conjugate(left) : left) * x[j * incx];                                      \
            }                                                                                                          \
            y[i * incy] += alpha * sum;                                                                                \
        }                                                                                                              \
    }                                                                                                                  \
    static void kind##_syrk(int order, int triangle, int ta, wide n, wide k, T alpha, const T *a, wide lda, T beta,    \
                            T *c, wide ldc)                                                                            \
    {                                                                                                                  \
        STEPS(order, ta, lda, ar, ac);                                                                                 \
        STEPS(order, PLAIN, ldc, cr, cc);                                                                              \
        for (wide i = 0; i < n; i++)                                                                                   \
            for (wide j = triangle == UPPER ? i : 0; j < (triangle == UPPER ? n : i + 1); j++) {                       \
                T sum = 0;                                                                                             \
                for (wide l = 0; l < k; l++)                                                                           \
                    sum += a[i * ar + l * ac] * a[j * ar + l * ac];                                                    \
                T *here = c + i * cr + j * cc;                                                                         \
                *here = alpha * sum + (beta == 0 ? 0 : beta * *here);                                                  \
            }                                                                                                          \
    }                                                                                                                  \
    static T kind##_dot(wide n, const T *x, wide incx, const T *y, wide incy, int conjugated)                          \
    {                                                                                                                  \
        T sum = 0;                                                                                                     \
        x += START(n, incx), y += START(n, incy);                                                                      \
        for (wide i = 0; i < n; i++)                                                                                   \
            sum += (conjugated ? conjugate(x[i * incx]) : x[i * incx]) * y[i * incy];                                  \
        return sum;                                                                                                    \
    }                                                                                                                  \
    static void kind##_axpy(wide n, T alpha, const T *x, wide incx, T *y, wide incy)                                   \
    {                                                                                                                  \
        x += START(n, incx), y += START(n, incy);                                                                      \
        for (wide i = 0; i < n; i++)                                                                                   \
            y[i * incy] += alpha * x[i * incx];                                                                        \
    }                                                                                                                  \
    void scipy_##kind##copy_64_(const wide *n, const T *x, const wide *incx, T *y, const wide *incy)                   \
    {                                                                                                                  \
        x += START(*n, *incx), y += START(*n, *incy);                                                                  \
        for (wide i = 0; i < *n; i++)                                                                                  \
            y[i * *incy] = x[i * *incx];                                                                               \
    }

#define ITSELF(value) (value)
PRODUCTS(s, float, ITSELF)
PRODUCTS(d, double, ITSELF)
PRODUCTS(c, cfloat, conjf)
PRODUCTS(z, number, conj)

/* given: how a scalar comes, by value or by its address; value: how it is read. */
#define BLAS(kind, T, given, value)                                                                                    \
    void scipy_cblas_##kind##gemm64_(int order, int ta, int tb, wide m, wide n, wide k, given alpha, const T *a,       \
                                     wide lda, const T *b, wide ldb, given beta, T *c, wide ldc)                       \
    {                                                                                                                  \
        kind##_gemm(order, ta, tb, m, n, k, value(alpha), a, lda, b, ldb, value(beta), c, ldc);                        \
    }                                                                                                                  \
    void cblas_##kind##gemm(int order, int ta, int tb, int m, int n, int k, given alpha, const T *a, int lda,          \
                            const T *b, int ldb, given beta, T *c, int ldc)                                            \
    {                                                                                                                  \
        kind##_gemm(order, ta, tb, m, n, k, value(alpha), a, lda, b, ldb, value(beta), c, ldc);                        \
    }                                                                                                                  \
    void scipy_cblas_##kind##gemv64_(int order, int ta, wide m, wide n, given alpha, const T *a, wide lda, const T *x, \
                                     wide incx, given beta, T *y, wide incy)                                           \
    {                                                                                                                  \
        kind##_gemv(order, ta, m, n, value(alpha), a, lda, x, incx, value(beta), y, incy);                             \
    }                                                                                                                  \
    void scipy_cblas_##kind##syrk64_(int order, int triangle, int ta, wide n, wide k, given alpha, const T *a,         \
                                     wide lda, given beta, T *c, wide ldc)                                             \
    {                                                                                                                  \
        kind##_syrk(order, triangle, ta, n, k, value(alpha), a, lda, value(beta), c, ldc);                             \
    }                                                                                                                  \
    void scipy_cblas_##kind##axpy64_(wide n, given alpha, const T *x, wide incx, T *y, wide incy)                      \
    {                                                                                                                  \
        kind##_axpy(n, value(alpha), x, incx, y, incy);                                                                \
    }

#define REAL_DOT(kind, T)                                                                                              \
    T scipy_cblas_##kind##dot64_(wide n, const T *x, wide incx, const T *y, wide incy)                                 \
    {                                                                                                                  \
        return kind##_dot(n, x, incx, y, incy, 0);                                                                     \
    }

#define COMPLEX_DOT(kind, T)                                                                                           \
    void scipy_cblas_##kind##dotu_sub64_(wide n, const T *x, wide incx, const T *y, wide incy, T *result)              \
    {                                                                                                                  \
        *result = kind##_dot(n, x, incx, y, incy, 0);                                                                  \
    }                                                                                                                  \
    void scipy_cblas_##kind##dotc_sub64_(wide n, const T *x, wide incx, const T *y, wide incy, T *result)              \
    {                                                                                                                  \
        *result = kind##_dot(n, x, incx, y, incy, 1);                                                                  \
    }

#define AT_ADDRESS(value) (*(value))
BLAS(s, float, float, ITSELF)
BLAS(d, double, double, ITSELF)
BLAS(c, cfloat, const cfloat *, AT_ADDRESS)
BLAS(z, number, const number *, AT_ADDRESS)
REAL_DOT(s, float)
REAL_DOT(d, double)
COMPLEX_DOT(c, cfloat)
COMPLEX_DOT(z, number)

/* ---- decompositions: matrices by columns without gaps, element (i, j) of m rows at [i + j * m] ---- */

#define A(i, j) a[(i) + (j) * m]

static double size_of(number value) { return fabs(creal(value)) + fabs(cimag(value)); }

static wide lu(number *a, wide m, wide n, wide *pivots)
{
    wide singular = 0;
    for (wide j = 0; j < least(m, n); j++) {
        wide top = j;
        for (wide i = j + 1; i < m; i++)
            top = size_of(A(i, j)) > size_of(A(top, j)) ? i : top;
        pivots[j] = top + 1;
        if (A(top, j) == 0) {
            singular = singular ? singular : j + 1;
            continue;
        }
        for (wide k = 0; k < n && top != j; k++) {
            number kept = A(j, k);
            A(j, k) = A(top, k), A(top, k) = kept;
        }
        for (wide i = j + 1; i < m; i++)
            A(i, j) /= A(j, j);
        for (wide k = j + 1; k < n; k++)
            for (wide i = j + 1; i < m; i++)
                A(i, k) -= A(i, j) * A(j, k);
    }
    return singular;
}

static void lu_solve(const number *a, wide m, const wide *pivots, number *b, wide count)
{
    for (; count-- > 0; b += m) {
        for (wide i = 0; i < m; i++) {
            number kept = b[i];
            b[i] = b[pivots[i] - 1], b[pivots[i] - 1] = kept;
        }
        for (wide j = 0; j < m; j++)
            for (wide i = j + 1; i < m; i++)
                b[i] -= A(i, j) * b[j];
        for (wide j = m - 1; j >= 0; j--) {
            b[j] /= A(j, j);
            for (wide i = 0; i < j; i++)
                b[i] -= A(i, j) * b[j];
        }
    }
}

/* The triangle L of a = L L*; the upper triangle holds L*. */
#define L(i, j) (*(upper ? &A(j, i) : &A(i, j)))
#define OF_L(value) (upper ? conj(value) : (value))

static wide cholesky(number *a, wide m, int upper)
{
    for (wide j = 0; j < m; j++) {
        double rest = creal(A(j, j));
        for (wide k = 0; k < j; k++)
            rest -= creal(L(j, k) * conj(L(j, k)));
        if (!(rest > 0))
            return j + 1;
        A(j, j) = sqrt(rest);
        for (wide i = j + 1; i < m; i++) {
            number sum = OF_L(L(i, j));
            for (wide k = 0; k < j; k++)
                sum -= OF_L(L(i, k)) * conj(OF_L(L(j, k)));
            sum /= A(j, j);
            L(i, j) = OF_L(sum);
        }
    }
    return 0;
}

static void cholesky_solve(number *a, wide m, int upper, number *b, wide count)
{
    for (; count-- > 0; b += m) {
        for (wide j = 0; j < m; j++) {
            b[j] /= A(j, j);
            for (wide i = j + 1; i < m; i++)
                b[i] -= OF_L(L(i, j)) * b[j];
        }
        for (wide j = m - 1; j >= 0; j--) {
            for (wide i = j + 1; i < m; i++)
                b[j] -= conj(OF_L(L(i, j))) * b[i];
            b[j] /= A(j, j);
        }
    }
}

/* Applies 1 - factor v v*, v being column k of a below its diagonal and 1 on it, to a column. */
static void reflect(const number *a, wide m, wide k, number factor, number *column)
{
    number sum = column[k];
    for (wide i = k + 1; i < m; i++)
        sum += conj(A(i, k)) * column[i];
    sum *= factor;
    column[k] -= sum;
    for (wide i = k + 1; i < m; i++)
        column[i] -= A(i, k) * sum;
}

static void qr(number *a, wide m, wide n, number *tau)
{
    for (wide k = 0; k < least(m, n); k++) {
        double below = 0;
        for (wide i = k + 1; i < m; i++)
            below += creal(A(i, k) * conj(A(i, k)));
        tau[k] = 0;
        if (below == 0 && cimag(A(k, k)) == 0)
            continue;
        double length = sqrt(below + creal(A(k, k) * conj(A(k, k))));
        double diagonal = creal(A(k, k)) > 0 ? -length : length;
        tau[k] = (diagonal - A(k, k)) / diagonal;
        for (wide i = k + 1; i < m; i++)
            A(i, k) /= A(k, k) - diagonal;
        A(k, k) = diagonal;
        for (wide j = k + 1; j < n; j++)
            reflect(a, m, k, conj(tau[k]), a + j * m);
    }
}

/* Writes the first n columns of the product of k reflections, which a holds below its diagonal, into q. */
static void qr_basis(const number *a, wide m, wide n, wide k, const number *tau, number *q)
{
    memset(q, 0, sizeof *q * (size_t)(m * n));
    for (wide j = 0; j < n; j++) {
        q[j + j * m] = 1;
        for (wide i = k - 1; i >= 0; i--)
            reflect(a, m, i, tau[i], q + j * m);
    }
}

/* Turns the columns x and y so that their product, of which the size is given, becomes 0. */
static void turn(number *x, number *y, wide count, double cosine, double sine, number direction)
{
    for (wide i = 0; i < count; i++) {
        number second = conj(direction) * y[i], first = x[i];
        x[i] = cosine * first - sine * second;
        y[i] = sine * first + cosine * second;
    }
}

static void angle(double first, double second, double product, double *cosine, double *sine)
{
    double zeta = (second - first) / (2 * product);
    double tangent = (zeta < 0 ? -1 : 1) / (fabs(zeta) + sqrt(1 + zeta * zeta));
    *cosine = 1 / sqrt(1 + tangent * tangent);
    *sine = *cosine * tangent;
}

static void exchange(number *x, number *y, wide count)
{
    for (wide i = 0; i < count; i++) {
        number kept = x[i];
        x[i] = y[i], y[i] = kept;
    }
}

/* Fills column j of u (m rows) so that it stands upright on the j columns before it. */
static void complete(number *u, wide m, wide j)
{
    number *column = u + j * m;
    double best = 0;
    for (wide axis = 0; axis < m && best < 0.5; axis++) {
        memset(column, 0, sizeof *column * (size_t)m);
        column[axis] = 1;
        for (int twice = 0; twice < 2; twice++)
            for (wide k = 0; k < j; k++) {
                number share = z_dot(m, u + k * m, 1, column, 1, 1);
                z_axpy(m, -share, u + k * m, 1, column, 1);
            }
        best = sqrt(creal(z_dot(m, column, 1, column, 1, 1)));
        /* Of m axes at least one keeps this much of its length. */
        if (best * best * (double)m >= (double)(m - j) * 0.5 || axis == m - 1)
            break;
    }
    z_scale(column, m, 1, best > 0 ? 1 / best : 0);
}

/* a (m, n) with m >= n becomes u * diag(values), values falling; v (n, n). u has room for m columns, of which `filled`
 * are made. */
static wide svd_tall(number *u, wide m, wide n, double *values, number *v, wide filled)
{
    memset(v, 0, sizeof *v * (size_t)(n * n));
    for (wide j = 0; j < n; j++)
        v[j + j * n] = 1;
    int moved = 1;
    for (int sweep = 0; moved && sweep < SWEEPS; sweep++) {
        moved = 0;
        for (wide p = 0; p < n; p++)
            for (wide q = p + 1; q < n; q++) {
                number *x = u + p * m, *y = u + q * m, product = z_dot(m, x, 1, y, 1, 1);
                double first = creal(z_dot(m, x, 1, x, 1, 1)), second = creal(z_dot(m, y, 1, y, 1, 1));
                double length = cabs(product), cosine, sine;
                if (!(length > 4 * DBL_EPSILON * sqrt(first) * sqrt(second)) || length < DBL_MIN)
                    continue;
                moved = 1;
                angle(first, second, length, &cosine, &sine);
                turn(x, y, m, cosine, sine, product / length);
                turn(v + p * n, v + q * n, n, cosine, sine, product / length);
            }
    }
    for (wide j = 0; j < n; j++)
        values[j] = sqrt(creal(z_dot(m, u + j * m, 1, u + j * m, 1, 1)));
    for (wide j = 0; j < n; j++) {
        wide largest = j;
        for (wide k = j + 1; k < n; k++)
            largest = values[k] > values[largest] ? k : largest;
        if (largest != j) {
            double kept = values[j];
            values[j] = values[largest], values[largest] = kept;
            exchange(u + j * m, u + largest * m, m);
            exchange(v + j * n, v + largest * n, n);
        }
    }
    for (wide j = 0; j < filled; j++)
        if (j < n && values[j] > values[0] * DBL_EPSILON * (double)m && values[j] > DBL_MIN)
            z_scale(u + j * m, m, 1, 1 / values[j]);
        else
            complete(u, m, j);
    return moved ? REFUSED : 0;
}

/* a (m, n) = u diag(values) v*. u has room for (m, most(m, n)) numbers, v for (n, most(m, n)). */
static wide svd(const number *a, wide m, wide n, double *values, number *u, number *v, int whole)
{
    if (m >= n) {
        memcpy(u, a, sizeof *a * (size_t)(m * n));
        return svd_tall(u, m, n, values, v, whole ? m : n);
    }
    for (wide i = 0; i < m; i++)
        for (wide j = 0; j < n; j++)
            v[j + i * n] = conj(A(i, j));
    return svd_tall(v, n, m, values, u, whole ? n : m);
}

/* Solves a (m, n) x = b in the sense of least squares, shortest first; b has most(m, n) rows. Returns the rank. */
static wide least_squares(const number *a, wide m, wide n, number *b, wide count, double *values, double least_share,
                          wide *status)
{
    wide side = most(m, n), kept = least(m, n), rank = 0;
    number *u = calloc((size_t)(m * side + 1), sizeof *u), *v = calloc((size_t)(n * side + 1), sizeof *v);
    number *x = calloc((size_t)side + 1, sizeof *x);
    *status = u && v && x ? svd(a, m, n, values, u, v, 0) : NO_MEMORY;
    while (*status == 0 && rank < kept && values[rank] > least_share * values[0])
        rank++;
    for (wide r = 0; *status == 0 && r < count; r++, b += side) {
        memset(x, 0, sizeof *x * (size_t)side);
        double rest = 0;
        for (wide i = 0; i < m; i++)
            rest += creal(b[i] * conj(b[i]));
        for (wide k = 0; k < kept; k++) {
            number share = z_dot(m, u + k * m, 1, b, 1, 1);
            rest -= creal(share * conj(share));
            if (k < rank)
                z_axpy(n, share / values[k], v + k * n, 1, x, 1);
        }
        memcpy(b, x, sizeof *x * (size_t)side);
        /* Rows below the solution hold what is left over, as the sum of their squares. */
        if (m > n)
            b[n] = sqrt(rest > 0 ? rest : 0);
    }
    free(u), free(v), free(x);
    return rank;
}

/* The eigenvalues of the Hermitian a (m, m), rising; v their vectors. a is used up. */
static wide eigen(number *a, wide m, double *values, number *v)
{
    memset(v, 0, sizeof *v * (size_t)(m * m));
    double scale = 0;
    for (wide j = 0; j < m; j++) {
        v[j + j * m] = 1;
        for (wide i = 0; i < m; i++)
            scale = fmax(scale, cabs(A(i, j)));
    }
    int moved = 1;
    for (int sweep = 0; moved && sweep < SWEEPS; sweep++) {
        moved = 0;
        for (wide p = 0; p < m; p++)
            for (wide q = p + 1; q < m; q++) {
                double length = cabs(A(p, q)), cosine, sine;
                if (!(length > DBL_EPSILON * 0.25 * scale))
                    continue;
                moved = 1;
                number direction = A(p, q) / length;
                angle(creal(A(p, p)), creal(A(q, q)), length, &cosine, &sine);
                turn(a + p * m, a + q * m, m, cosine, sine, direction);
                for (wide k = 0; k < m; k++) {
                    number second = direction * A(q, k), first = A(p, k);
                    A(p, k) = cosine * first - sine * second;
                    A(q, k) = sine * first + cosine * second;
                }
                turn(v + p * m, v + q * m, m, cosine, sine, direction);
            }
    }
    for (wide j = 0; j < m; j++)
        values[j] = creal(A(j, j));
    for (wide j = 0; j < m; j++) {
        wide smallest = j;
        for (wide k = j + 1; k < m; k++)
            smallest = values[k] < values[smallest] ? k : smallest;
        if (smallest != j) {
            double kept = values[j];
            values[j] = values[smallest], values[smallest] = kept;
            exchange(v + j * m, v + smallest * m, m);
        }
    }
    return moved ? REFUSED : 0;
}

/* ---- LAPACK's calls: everything comes by its address, and lwork -1 asks how much room is wanted (none) ---- */

#define ROOM(name, type, count)                                                                                        \
    type *name = calloc((size_t)(count) + 1, sizeof *name);                                                            \
    if (!name) {                                                                                                       \
        *info = NO_MEMORY;                                                                                             \
        return;                                                                                                        \
    }

#define IS(letter, wanted) (((letter) | 32) == (wanted))

#define LAPACK(kind, T, R, I, taken, name)                                                                             \
    static void kind##I##_load(number *to, const T *from, I rows, I columns, I stride)                                 \
    {                                                                                                                  \
        for (wide j = 0; j < columns; j++)                                                                             \
            for (wide i = 0; i < rows; i++)                                                                            \
                to[i + j * rows] = from[i + j * stride];                                                               \
    }                                                                                                                  \
    static void kind##I##_store(T *to, const number *from, wide rows, wide columns, wide stride, wide own)             \
    {                                                                                                                  \
        for (wide j = 0; j < columns; j++)                                                                             \
            for (wide i = 0; i < rows; i++)                                                                            \
                to[i + j * stride] = taken(from[i + j * own]);                                                         \
    }                                                                                                                  \
    void name(kind, getrf)(I * m, I * n, T * a, I * lda, I * pivots, I * info)                                         \
    {                                                                                                                  \
        ROOM(inner, number, (wide)*m * *n)                                                                             \
        ROOM(rows, wide, *m)                                                                                           \
        kind##I##_load(inner, a, *m, *n, *lda);                                                                        \
        *info = (I)lu(inner, *m, *n, rows);                                                                            \
        for (wide i = 0; i < least(*m, *n); i++)                                                                       \
            pivots[i] = (I)rows[i];                                                                                    \
        kind##I##_store(a, inner, *m, *n, *lda, *m);                                                                   \
        free(inner), free(rows);                                                                                       \
    }                                                                                                                  \
    void name(kind, gesv)(I * n, I * count, T * a, I * lda, I * pivots, T * b, I * ldb, I * info)                      \
    {                                                                                                                  \
        ROOM(inner, number, (wide)*n * *n)                                                                             \
        ROOM(right, number, (wide)*n * *count)                                                                         \
        ROOM(rows, wide, *n)                                                                                           \
        kind##I##_load(inner, a, *n, *n, *lda);                                                                        \
        kind##I##_load(right, b, *n, *count, *ldb);                                                                    \
        *info = (I)lu(inner, *n, *n, rows);                                                                            \
        for (wide i = 0; i < *n; i++)                                                                                  \
            pivots[i] = (I)rows[i];                                                                                    \
        kind##I##_store(a, inner, *n, *n, *lda, *n);                                                                   \
        if (*info == 0) {                                                                                              \
            lu_solve(inner, *n, rows, right, *count);                                                                  \
            kind##I##_store(b, right, *n, *count, *ldb, *n);                                                           \
        }                                                                                                              \
        free(inner), free(right), free(rows);                                                                          \
    }                                                                                                                  \
    void name(kind, potrf)(char *triangle, I *n, T *a, I *lda, I *info)                                                \
    {                                                                                                                  \
        ROOM(inner, number, (wide)*n * *n)                                                                             \
        kind##I##_load(inner, a, *n, *n, *lda);                                                                        \
        *info = (I)cholesky(inner, *n, IS(*triangle, 'u'));                                                            \
        kind##I##_store(a, inner, *n, *n, *lda, *n);                                                                   \
        free(inner);                                                                                                   \
    }                                                                                                                  \
    void name(kind, posv)(char *triangle, I *n, I *count, T *a, I *lda, T *b, I *ldb, I *info)                         \
    {                                                                                                                  \
        ROOM(inner, number, (wide)*n * *n)                                                                             \
        ROOM(right, number, (wide)*n * *count)                                                                         \
        kind##I##_load(inner, a, *n, *n, *lda);                                                                        \
        kind##I##_load(right, b, *n, *count, *ldb);                                                                    \
        *info = (I)cholesky(inner, *n, IS(*triangle, 'u'));                                                            \
        kind##I##_store(a, inner, *n, *n, *lda, *n);                                                                   \
        if (*info == 0) {                                                                                              \
            cholesky_solve(inner, *n, IS(*triangle, 'u'), right, *count);                                              \
            kind##I##_store(b, right, *n, *count, *ldb, *n);                                                           \
        }                                                                                                              \
        free(inner), free(right);                                                                                      \
    }                                                                                                                  \
    void name(kind, geqrf)(I * m, I * n, T * a, I * lda, T * tau, T * work, I * lwork, I * info)                       \
    {                                                                                                                  \
        *info = 0, *work = 1;                                                                                          \
        if (*lwork == -1)                                                                                              \
            return;                                                                                                    \
        ROOM(inner, number, (wide)*m * *n)                                                                             \
        ROOM(factors, number, least(*m, *n))                                                                           \
        kind##I##_load(inner, a, *m, *n, *lda);                                                                        \
        qr(inner, *m, *n, factors);                                                                                    \
        kind##I##_store(a, inner, *m, *n, *lda, *m);                                                                   \
        kind##I##_store(tau, factors, least(*m, *n), 1, 1, 1);                                                         \
        free(inner), free(factors);                                                                                    \
    }                                                                                                                  \
    void name(kind, basis)(I * m, I * n, I * k, T * a, I * lda, T * tau, T * work, I * lwork, I * info)                \
    {                                                                                                                  \
        *info = 0, *work = 1;                                                                                          \
        if (*lwork == -1)                                                                                              \
            return;                                                                                                    \
        ROOM(inner, number, (wide)*m * *n)                                                                             \
        ROOM(made, number, (wide)*m * *n)                                                                              \
        ROOM(factors, number, *k)                                                                                      \
        kind##I##_load(inner, a, *m, *n, *lda);                                                                        \
        kind##I##_load(factors, tau, *k, 1, 1);                                                                        \
        qr_basis(inner, *m, *n, *k, factors, made);                                                                    \
        kind##I##_store(a, made, *m, *n, *lda, *m);                                                                    \
        free(inner), free(made), free(factors);                                                                        \
    }                                                                                                                  \
    static void kind##I##_svd(char job, I *m, I *n, T *a, I *lda, R *values, T *u, I *ldu, T *vt, I *ldvt, I *info)    \
    {                                                                                                                  \
        wide side = most(*m, *n), kept = least(*m, *n);                                                                \
        ROOM(inner, number, (wide)*m * *n)                                                                             \
        ROOM(left, number, *m * side)                                                                                  \
        ROOM(right, number, *n * side)                                                                                 \
        ROOM(sizes, double, kept)                                                                                      \
        kind##I##_load(inner, a, *m, *n, *lda);                                                                        \
        *info = (I)svd(inner, *m, *n, sizes, left, right, IS(job, 'a'));                                               \
        for (wide i = 0; i < kept; i++)                                                                                \
            values[i] = (R)sizes[i];                                                                                   \
        if (!IS(job, 'n')) {                                                                                           \
            wide columns = IS(job, 'a') ? *m : kept, rows = IS(job, 'a') ? *n : kept;                                  \
            kind##I##_store(IS(job, 'o') && *m >= *n ? a : u, left, *m, columns, IS(job, 'o') ? *lda : *ldu, *m);      \
            for (wide i = 0; i < rows; i++)                                                                            \
                for (wide j = 0; j < *n; j++)                                                                          \
                    vt[i + j * *ldvt] = taken(conj(right[j + i * *n]));                                                \
        }                                                                                                              \
        free(inner), free(left), free(right), free(sizes);                                                             \
    }                                                                                                                  \
    static void kind##I##_least(I *m, I *n, I *count, T *a, I *lda, T *b, I *ldb, R *values, double share, I *rank,    \
                                I *info)                                                                               \
    {                                                                                                                  \
        wide side = most(*m, *n), status;                                                                              \
        ROOM(inner, number, (wide)*m * *n)                                                                             \
        ROOM(right, number, side * *count)                                                                             \
        ROOM(sizes, double, least(*m, *n))                                                                             \
        kind##I##_load(inner, a, *m, *n, *lda);                                                                        \
        kind##I##_load(right, b, (I)side, *count, *ldb);                                                               \
        *rank = (I)least_squares(inner, *m, *n, right, *count, sizes, share, &status);                                 \
        *info = (I)status;                                                                                             \
        for (wide i = 0; values && i < least(*m, *n); i++)                                                             \
            values[i] = (R)sizes[i];                                                                                   \
        kind##I##_store(b, right, side, *count, *ldb, side);                                                           \
        free(inner), free(right), free(sizes);                                                                         \
    }                                                                                                                  \
    static void kind##I##_eigen(char job, char triangle, I *n, T *a, I *lda, R *values, I *info)                       \
    {                                                                                                                  \
        ROOM(inner, number, (wide)*n * *n)                                                                             \
        ROOM(vectors, number, (wide)*n * *n)                                                                           \
        ROOM(sizes, double, *n)                                                                                        \
        kind##I##_load(inner, a, *n, *n, *lda);                                                                        \
        for (wide j = 0; j < *n; j++)                                                                                  \
            for (wide i = 0; i < j; i++)                                                                               \
                if (IS(triangle, 'u'))                                                                                 \
                    inner[j + i * *n] = conj(inner[i + j * *n]);                                                       \
                else                                                                                                   \
                    inner[i + j * *n] = conj(inner[j + i * *n]);                                                       \
        *info = (I)eigen(inner, *n, sizes, vectors);                                                                   \
        for (wide i = 0; i < *n; i++)                                                                                  \
            values[i] = (R)sizes[i];                                                                                   \
        if (IS(job, 'v'))                                                                                              \
            kind##I##_store(a, vectors, *n, *n, *lda, *n);                                                             \
        free(inner), free(vectors), free(sizes);                                                                       \
    }

#define REAL_LAPACK(kind, T, I, name)                                                                                  \
    LAPACK(kind, T, T, I, (T)creal, name)                                                                              \
    void name(kind, gesdd)(char *job, I *m, I *n, T *a, I *lda, T *values, T *u, I *ldu, T *vt, I *ldvt, T *work,      \
                           I *lwork, I *iwork, I *info)                                                                \
    {                                                                                                                  \
        (void)iwork, *info = 0, *work = 1;                                                                             \
        if (*lwork != -1)                                                                                              \
            kind##I##_svd(*job, m, n, a, lda, values, u, ldu, vt, ldvt, info);                                         \
    }                                                                                                                  \
    void name(kind, gelsd)(I * m, I * n, I * count, T * a, I * lda, T * b, I * ldb, T * values, T * share, I * rank,   \
                           T * work, I * lwork, I * iwork, I * info)                                                   \
    {                                                                                                                  \
        *info = 0, *work = 1, *iwork = 1;                                                                              \
        if (*lwork != -1)                                                                                              \
            kind##I##_least(m, n, count, a, lda, b, ldb, values,                                                       \
                            *share < 0 ? (sizeof(T) == 4 ? FLT_EPSILON : DBL_EPSILON) : *share, rank, info);           \
    }                                                                                                                  \
    void name(kind, syevd)(char *job, char *triangle, I *n, T *a, I *lda, T *values, T *work, I *lwork, I *iwork,      \
                           I *liwork, I *info)                                                                         \
    {                                                                                                                  \
        *info = 0, *work = 1, *iwork = 1;                                                                              \
        if (*lwork != -1 && *liwork != -1)                                                                             \
            kind##I##_eigen(*job, *triangle, n, a, lda, values, info);                                                 \
    }                                                                                                                  \
    void name(kind, geev)(char *jobvl, char *jobvr, I *n, T *a, I *lda, T *wr, T *wi, T *vl, I *ldvl, T *vr, I *ldvr,  \
                          T *work, I *lwork, I *info)                                                                  \
    {                                                                                                                  \
        (void)jobvl, (void)jobvr, (void)n, (void)a, (void)lda, (void)wr, (void)wi, (void)vl, (void)ldvl;               \
        (void)vr, (void)ldvr, *work = 1, *info = *lwork == -1 ? 0 : REFUSED;                                           \
    }

#define COMPLEX_LAPACK(kind, T, R, I, name)                                                                            \
    LAPACK(kind, T, R, I, (T), name)                                                                                   \
    void name(kind, gesdd)(char *job, I *m, I *n, T *a, I *lda, R *values, T *u, I *ldu, T *vt, I *ldvt, T *work,      \
                           I *lwork, R *rwork, I *iwork, I *info)                                                      \
    {                                                                                                                  \
        (void)iwork, (void)rwork, *info = 0, *work = 1;                                                                \
        if (*lwork != -1)                                                                                              \
            kind##I##_svd(*job, m, n, a, lda, values, u, ldu, vt, ldvt, info);                                         \
    }                                                                                                                  \
    void name(kind, gelsd)(I * m, I * n, I * count, T * a, I * lda, T * b, I * ldb, R * values, R * share, I * rank,   \
                           T * work, I * lwork, R * rwork, I * iwork, I * info)                                        \
    {                                                                                                                  \
        *info = 0, *work = 1, *rwork = 1, *iwork = 1;                                                                  \
        if (*lwork != -1)                                                                                              \
            kind##I##_least(m, n, count, a, lda, b, ldb, values,                                                       \
                            *share < 0 ? (sizeof(R) == 4 ? FLT_EPSILON : DBL_EPSILON) : *share, rank, info);           \
    }                                                                                                                  \
    void name(kind, heevd)(char *job, char *triangle, I *n, T *a, I *lda, R *values, T *work, I *lwork, R *rwork,      \
                           I *lrwork, I *iwork, I *liwork, I *info)                                                    \
    {                                                                                                                  \
        *info = 0, *work = 1, *rwork = 1, *iwork = 1;                                                                  \
        if (*lwork != -1 && *lrwork != -1 && *liwork != -1)                                                            \
            kind##I##_eigen(*job, *triangle, n, a, lda, values, info);                                                 \
    }                                                                                                                  \
    void name(kind, geev)(char *jobvl, char *jobvr, I *n, T *a, I *lda, T *w, T *vl, I *ldvl, T *vr, I *ldvr, T *work, \
                          I *lwork, R *rwork, I *info)                                                                 \
    {                                                                                                                  \
        (void)jobvl, (void)jobvr, (void)n, (void)a, (void)lda, (void)w, (void)vl, (void)ldvl, (void)vr;                \
        (void)ldvr, (void)rwork, *work = 1, *info = *lwork == -1 ? 0 : REFUSED;                                        \
    }

/* gels: OpenCV alone. Transposed systems are not asked for, and so refused. */
#define GELS(kind, T, I, name)                                                                                         \
    void name(kind, gels)(char *way, I *m, I *n, I *count, T *a, I *lda, T *b, I *ldb, T *work, I *lwork, I *info)     \
    {                                                                                                                  \
        I rank = 0;                                                                                                    \
        *info = IS(*way, 'n') ? 0 : REFUSED, *work = 1;                                                                \
        if (*lwork == -1 || *info)                                                                                     \
            return;                                                                                                    \
        kind##I##_least(m, n, count, a, lda, b, ldb, NULL, DBL_EPSILON, &rank, info);                                  \
        if (*info == 0 && rank < least(*m, *n))                                                                        \
            *info = REFUSED;                                                                                           \
    }

#define NUMPYS(kind, call) scipy_##kind##call##_64_
#define USUAL(kind, call) kind##call##_
REAL_LAPACK(s, float, wide, NUMPYS)
REAL_LAPACK(d, double, wide, NUMPYS)
COMPLEX_LAPACK(c, cfloat, float, wide, NUMPYS)
COMPLEX_LAPACK(z, number, double, wide, NUMPYS)
REAL_LAPACK(s, float, int, USUAL)
REAL_LAPACK(d, double, int, USUAL)
GELS(s, float, int, USUAL)
GELS(d, double, int, USUAL)

/* LAPACK has a name of its own for each kind of numbers. */
#define BASIS(kind, T, call)                                                                                           \
    void scipy_##kind##call##_64_(wide *m, wide *n, wide *k, T *a, wide *lda, T *tau, T *work, wide *lwork,            \
                                  wide *info)                                                                          \
    {                                                                                                                  \
        scipy_##kind##basis_64_(m, n, k, a, lda, tau, work, lwork, info);                                              \
    }
BASIS(s, float, orgqr)
BASIS(d, double, orgqr)
BASIS(c, cfloat, ungqr)
BASIS(z, number, ungqr)
