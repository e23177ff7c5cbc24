// Measure CPU or wall time of warm calls, one after the other, as the Python programs do.
module.exports = async (call) => {
  const calls = Number(process.env.BENCH_CALLS);
  for (let i = 0; i < 20; i++) await call();
  const began = process.hrtime.bigint(), cpu = process.cpuUsage();
  for (let i = 0; i < calls; i++) await call();
  const spent = process.cpuUsage(cpu), wall = Number(process.hrtime.bigint() - began) / 1000;
  console.log((process.env.BENCH_FIGURE === "cpu" ? spent.user + spent.system : wall) / calls);
  process.exit(0);
};
