/** The n-th number of Fibonacci, the slow way on purpose: it stands for any work that keeps a core busy. */
export default function fibonacci(n: number): number {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}
