// v2, promises and AWS.config.
const AWS = require('aws-sdk');
const show = (...values) => console.log(JSON.stringify(values));
AWS.config.update({ region: 'us-west-2', maxRetries: 3, retryDelayOptions: { base: 10 } });
AWS.config.sts = { endpoint: process.env.STS_URL };
AWS.config.setPromisesDependency(Promise);
const sts = new AWS.STS();
const arns = ['arn:aws:iam::123456789012:role/demo', 'arn:aws:iam::123456789012:role/missing'];
show(sts.config.region, AWS.config.region, sts.config.maxRetries, AWS.config.maxRetries);

async function main() {
  const me = await sts.getCallerIdentity().promise();
  show(me.Account, me.Arn);
  const results = await Promise.all(arns.map((arn) =>
    sts.assumeRole({ RoleArn: arn, RoleSessionName: 'batch' }).promise()
      .then((data) => data.AssumedRoleUser.Arn)
      .catch((err) => err.code)));
  show(results);
  const settled = await Promise.allSettled(arns.map((arn) => sts.assumeRole({ RoleArn: arn, RoleSessionName: 'batch' }).promise()));
  show(settled.map((one) => one.status));
  const data = await sts.assumeRole({ RoleArn: arns[0], RoleSessionName: 'batch' }).promise();
  const creds = sts.credentialsFrom(data);
  show(creds.expired, creds.needsRefresh(), creds.expireTime > new Date(), creds.accessKeyId === data.Credentials.AccessKeyId);
  AWS.config.credentials = new AWS.Credentials(creds.accessKeyId, creds.secretAccessKey, creds.sessionToken);
  const session = await new AWS.STS().getCallerIdentity({}).promise();
  show(session.Arn);
  try {
    await sts.getSessionToken({ DurationSeconds: 'abc' }).promise();
  } catch (err) {
    show(err.code);
  }
  return sts.getAccessKeyInfo({ AccessKeyId: creds.accessKeyId }).promise();
}

main().then((data) => show(data.Account)).catch((err) => { show(err.code); process.exit(1); }).finally(() => show('over'));
