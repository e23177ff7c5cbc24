// v3, the aggregated client: promises, callbacks, an abort.
const { STS } = require('@aws-sdk/client-sts');
const show = (...values) => console.log(JSON.stringify(values));

async function main() {
  const sts = new STS({ region: 'us-east-1', endpoint: process.env.STS_URL });
  show((await sts.getCallerIdentity()).Account);
  const [me, session] = await Promise.all([
    sts.getCallerIdentity({}),
    sts.assumeRole({ RoleArn: 'arn:aws:iam::123456789012:role/demo', RoleSessionName: 'agg' }),
  ]);
  show(me.Arn, session.AssumedRoleUser.Arn);
  const controller = new AbortController();
  controller.abort();
  try {
    await sts.getCallerIdentity({}, { abortSignal: controller.signal });
  } catch (err) {
    show('aborted');
  }
  const settled = await Promise.allSettled(['demo', 'missing'].map((name) =>
    sts.assumeRole({ RoleArn: `arn:aws:iam::123456789012:role/${name}`, RoleSessionName: 'settle' })));
  show(settled.map((one) => one.status), settled[1].reason.name);
  sts.assumeRole({ RoleArn: 'arn:aws:iam::123456789012:role/missing', RoleSessionName: 'agg' }, (err, data) => {
    show(err.name, err.$metadata.httpStatusCode, data || null);
    sts.destroy();
  });
}
main();
